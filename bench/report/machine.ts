import { cpus, release, totalmem } from "node:os";

import { activityFlags } from "../targets/postgres-exporter.ts";
import type { BenchOptions } from "../options.ts";

/** What has to be known of a run to compare it with another: a phrase each. */
export type Machine = readonly string[];

/** `postgres` and `exporter` say their versions themselves. */
export function describeMachine(
  { repetitions, samples }: BenchOptions,
  { postgres, exporter }: { readonly postgres: string; readonly exporter: string | null },
): Machine {
  const [cpu] = cpus();
  return [
    `${cpus().length} × ${cpu?.model ?? "unknown CPU"}`,
    `${Math.round(totalmem() / 1024 ** 3)} GiB`,
    `Linux ${release()}`,
    `Node.js ${process.versions.node}`,
    `PostgreSQL ${postgres}`,
    exporter ?? "postgres_exporter not installed",
    `activity alone: ${activityFlags.join(" ")}, and a custom query by datname, usename, application_name, state`,
    `${repetitions} repetitions of ${samples} samples, 20 ms apart`,
  ];
}
