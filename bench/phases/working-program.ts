import { setTimeout } from "node:timers/promises";

import type { Lifetime } from "../lifetime.ts";
import { paced } from "../measure/paced.ts";
import { cpuOf, memoryOf } from "../measure/process-use.ts";
import type { Scraper } from "../measure/scrape.ts";
import { quantile } from "../measure/statistics.ts";
import { startPgleash, type Pgleash } from "../targets/pgleash.ts";
import type { Exporter } from "../targets/postgres-exporter.ts";
import type { BenchServer } from "../world/server.ts";
import { timesToVerdict } from "./time-to-verdict.ts";

/** What a program costs, and how fast it answers, at one scrape a second. A value for each repetition. */
export type ProgramUse = {
  /** In microseconds for one second, in which it looks once and is scraped once; what it costs at rest is taken off. */
  readonly ownCpu: readonly number[];
  readonly p50Ms: readonly number[];
  readonly p99Ms: readonly number[];
  /** In bytes, at the end. */
  readonly resident: number;
  readonly highest: number;
  readonly connections: number;
};

export type WorkingProgram = {
  readonly pgleash: ProgramUse;
  /** `null` where it is not installed. */
  readonly activity: ProgramUse | null;
  readonly default: ProgramUse | null;
  /** From a threshold that passes to the page that says so, in seconds. */
  readonly verdictSeconds: readonly number[];
};

export type WorkingOptions = {
  readonly folder: string;
  readonly repetitions: number;
  readonly activity: Exporter | null;
  readonly default: Exporter | null;
};

type Scraped = { readonly pid: number; readonly scraper: Scraper; readonly role: string };

/** The shortest interval that a configuration can have. */
const EVERY = "1s";
/** Before that V8 compiles what it has just learned to be hot, at half of the CPU of the whole program. */
const WARM_SECONDS = 60;
/** What follows a start, and the first page, is no rest. */
const SETTLE_SECONDS = 5;
const WINDOW_SECONDS = 6;
const REST_SECONDS = 3;
const LATENCY_SCRAPES = 100;
const PACE_MS = 20;

/** A pgleash that looks every second, from now on. */
export type Warming = { readonly pgleash: Pgleash; readonly startedMs: number };

/** Starts what is measured later: meanwhile it looks, and others are measured. */
export async function startWarming(
  lifetime: Lifetime,
  server: BenchServer,
  folder: string,
): Promise<Warming> {
  const pgleash = await startPgleash(lifetime, { place: server, folder, every: EVERY });
  return { pgleash, startedMs: performance.now() };
}

/** Runs pgleash and the exporters beside each other on one server, scraped at the same pace. */
export async function measureWorkingProgram(
  lifetime: Lifetime,
  server: BenchServer,
  { pgleash, startedMs }: Warming,
  options: WorkingOptions,
): Promise<WorkingProgram> {
  const resting = await startPgleash(lifetime, { place: server, folder: options.folder, every: "1d" });
  const own = { pid: pgleash.pid, scraper: pgleash.scraper, role: "pgleash" };
  const activity = scrapedOf(options.activity, "exporter_activity");
  const all = scrapedOf(options.default, "exporter_default");
  const programs = [own, activity, all].filter((one) => one !== null);
  // An exporter rests while nobody scrapes it. A pgleash that looks never does: another one rests for it.
  const rests = await cpuAtRest([resting.pid, ...programs.slice(1).map(({ pid }) => pid)]);
  await resting.stop();
  const verdictSeconds = await timesToVerdict(server, pgleash.scraper);
  const warmSeconds = Math.max(0, WARM_SECONDS - (performance.now() - startedMs) / 1000);
  await paced(Math.ceil(warmSeconds), 1000, () => pgleash.scraper.scrape());

  const uses = programs.map(() => ({ ownCpu: [] as number[], p50Ms: [] as number[], p99Ms: [] as number[] }));
  for (let repetition = 0; repetition < options.repetitions; repetition += 1) {
    const used = await cpuOfSecond(programs);
    for (const [index, program] of programs.entries()) {
      const took = await paced(LATENCY_SCRAPES, PACE_MS, () => program.scraper.scrape());
      uses[index]?.ownCpu.push((used[index] ?? 0) - (rests[index] ?? 0));
      uses[index]?.p50Ms.push(quantile(took, 0.5));
      uses[index]?.p99Ms.push(quantile(took, 0.99));
    }
  }
  const finish = async (program: Scraped | null): Promise<ProgramUse | null> => {
    const use = program === null ? undefined : uses[programs.indexOf(program)];
    if (program === null || use === undefined) return null;
    return {
      ...use,
      ...(await memoryOf(program.pid)),
      connections: await connectionsOf(server, program.role),
    };
  };
  const ownUse = await finish(own);
  if (ownUse === null) throw new Error("pgleash was not measured");
  return { pgleash: ownUse, activity: await finish(activity), default: await finish(all), verdictSeconds };
}

function scrapedOf(exporter: Exporter | null, role: string): Scraped | null {
  return exporter === null ? null : { pid: exporter.child.pid, scraper: exporter.scraper, role };
}

/** Of each process, in microseconds for one second. */
async function cpuAtRest(pids: readonly number[]): Promise<readonly number[]> {
  await setTimeout(1000 * SETTLE_SECONDS);
  const before = await Promise.all(pids.map(cpuOf));
  await setTimeout(1000 * REST_SECONDS);
  const after = await Promise.all(pids.map(cpuOf));
  return after.map((value, index) => (value - (before[index] ?? 0)) / REST_SECONDS);
}

/** Of each program, in microseconds for one second with one scrape of each, spread over the second. */
async function cpuOfSecond(programs: readonly Scraped[]): Promise<readonly number[]> {
  const before = await Promise.all(programs.map(({ pid }) => cpuOf(pid)));
  const begunMs = performance.now();
  const turns = WINDOW_SECONDS * programs.length;
  let turn = 0;
  await paced(turns, 1000 / programs.length, async () => {
    await programs[turn % programs.length]?.scraper.scrape();
    turn += 1;
  });
  await setTimeout(1000 / programs.length);
  const after = await Promise.all(programs.map(({ pid }) => cpuOf(pid)));
  const seconds = (performance.now() - begunMs) / 1000;
  return after.map((value, index) => (value - (before[index] ?? 0)) / seconds);
}

async function connectionsOf(server: BenchServer, role: string): Promise<number> {
  const [count] = await server.admin.query(`SELECT count(*) FROM pg_stat_activity WHERE usename = '${role}'`);
  return Number(count);
}
