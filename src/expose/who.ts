import type { Who } from "./label-budget.ts";

/** SQL's null becomes the empty label, which Prometheus treats as absent. */
export function whoOf(row: {
  readonly datname: string | null;
  readonly usename: string | null;
  readonly applicationName: string | null;
}): Who {
  return {
    datname: row.datname ?? "",
    usename: row.usename ?? "",
    application_name: row.applicationName ?? "",
  };
}
