import { exporterVersion } from "./exporter-version.ts";
import { within, type Lifetime } from "./lifetime.ts";
import type { BenchOptions } from "./options.ts";
import { fittingMemory } from "./phases/fits-memory.ts";
import { measureOnce } from "./phases/once.ts";
import { measureQuick, type QuickMeasures } from "./phases/quick.ts";
import { measureStage, type StageMeasures } from "./phases/stage.ts";
import { tell } from "./progress.ts";
import { passedLimits } from "./report/limits.ts";
import { describeMachine } from "./report/machine.ts";
import { quickReportOf } from "./report/quick-report.ts";
import { reportOf } from "./report/report.ts";
import { startBenchServer } from "./world/server.ts";

/** What a run has to say, and what it has to complain of: a sentence each. */
export type BenchResult = { readonly report: string; readonly complaints: readonly string[] };

/** Measures what the options ask for. Everything that is started ends with the lifetime at the latest. */
export async function runBench(lifetime: Lifetime, options: BenchOptions): Promise<BenchResult> {
  const sessions = await fittingMemory(options.sessions);
  const left = options.sessions.filter((count) => !sessions.includes(count));
  const complaints = left.map((count) => `${count} sessions were left out: the memory does not suffice`);
  for (const complaint of complaints) tell(complaint);
  const result = options.isQuick
    ? await runQuick(lifetime, { ...options, sessions })
    : await runWhole(lifetime, { ...options, sessions });
  // A machine that is too small is nobody's fault, unless nothing is left to measure.
  return { ...result, complaints: [...(sessions.length === 0 ? complaints : []), ...result.complaints] };
}

async function runQuick(lifetime: Lifetime, options: BenchOptions): Promise<BenchResult> {
  const all: QuickMeasures[] = [];
  for (const sessions of options.sessions) {
    for (const mix of options.mixes)
      all.push(await measureQuick(lifetime, options.major, { ...options, sessions, mix }));
  }
  return { report: quickReportOf(all), complaints: all.flatMap(passedLimits) };
}

async function runWhole(lifetime: Lifetime, options: BenchOptions): Promise<BenchResult> {
  const stages: StageMeasures[] = [];
  const complaints: string[] = [];
  let postgres = options.major;
  for (const sessions of options.sessions) {
    const failure = await within(lifetime, async (part) => {
      tell(`PostgreSQL ${options.major} is started for ${sessions} sessions`);
      const server = await startBenchServer(part, { major: options.major, connections: sessions });
      const [version] = await server.admin.query("SHOW server_version");
      postgres = version ?? postgres;
      for (const mix of options.mixes)
        stages.push(await measureStage(part, server, { ...options, sessions, mix }));
    }).catch((error: unknown) => String(error));
    // The other sizes have something to say all the same.
    if (typeof failure === "string") complaints.push(`${sessions} sessions: ${failure}`);
  }
  const once = await measureOnce(lifetime, options.major);
  for (const [name, measured] of Object.entries(once))
    if (measured === null) complaints.push(`${name} has failed`);
  const machine = describeMachine(options, { postgres, exporter: await exporterVersion() });
  return { report: reportOf({ machine, stages, once }), complaints };
}
