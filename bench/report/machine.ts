import { describeComputer } from "../computer.ts";
import { activityFlags } from "../targets/postgres-exporter.ts";
import type { BenchOptions } from "../options.ts";

/** What has to be known of a run to compare it with another: a phrase each. */
export type Machine = readonly string[];

/** `postgres` and `exporter` say their versions themselves. */
export function describeMachine(
  { repetitions, samples }: BenchOptions,
  { postgres, exporter }: { readonly postgres: string; readonly exporter: string | null },
): Machine {
  return [
    ...describeComputer(),
    `PostgreSQL ${postgres}`,
    exporter ?? "postgres_exporter not installed",
    `activity alone: ${activityFlags.join(" ")}, and a custom query by datname, usename, application_name, state`,
    `${repetitions} repetitions of ${samples} samples, 20 ms apart`,
  ];
}
