import { paced } from "../measure/paced.ts";
import { cpuOf } from "../measure/process-use.ts";
import type { Target, TargetKey } from "../targets/target.ts";

/** What one run of a target costs, a value for each repetition. CPU in microseconds. */
export type TargetCost = {
  readonly serverCpu: readonly number[];
  /** Empty where it is done in our own process. */
  readonly ownCpu: readonly number[];
  /** Sessions that one run has read in detail; empty where nobody asks. */
  readonly detailsRead: readonly number[];
};

export type Repeating = { readonly repetitions: number; readonly samples: number };

/** As in the figures that the goals are made from: cold caches and wake-ups make the same work dearer than back to back. */
const PACE_MS = 20;

/** Enough for a plan to be cached, and for memory to be as it stays. */
const FIRST_RUNS = 12;
const RUNS_BEFORE_EACH = 3;

/** Measures all targets in turns, at the same pace, each repetition in another order. */
export async function measureSideBySide(
  targets: readonly Target[],
  { repetitions, samples }: Repeating,
): Promise<ReadonlyMap<TargetKey, TargetCost>> {
  const costs = new Map(
    targets.map(({ key }) => [
      key,
      { serverCpu: [] as number[], ownCpu: [] as number[], detailsRead: [] as number[] },
    ]),
  );
  for (const target of targets) await paced(FIRST_RUNS, PACE_MS, () => target.run());
  for (let repetition = 0; repetition < repetitions; repetition += 1) {
    const turn = repetition % targets.length;
    for (const target of [...targets.slice(turn), ...targets.slice(0, turn)]) {
      const cost = await measureOnce(target, samples);
      const all = costs.get(target.key);
      all?.serverCpu.push(cost.serverCpu);
      if (cost.ownCpu !== null) all?.ownCpu.push(cost.ownCpu);
      if (cost.detailsRead !== null) all?.detailsRead.push(cost.detailsRead);
    }
  }
  return costs;
}

type OneCost = {
  readonly serverCpu: number;
  readonly ownCpu: number | null;
  readonly detailsRead: number | null;
};

async function measureOnce(target: Target, samples: number): Promise<OneCost> {
  await paced(RUNS_BEFORE_EACH, PACE_MS, () => target.run());
  const own = (): Promise<number> => (target.pid === null ? Promise.resolve(0) : cpuOf(target.pid));
  const details = (): number => target.detailsRead?.() ?? Number.NaN;
  const before = { server: await target.serverCpu(), own: await own(), details: details() };
  await paced(samples, PACE_MS, () => target.run());
  const after = { server: await target.serverCpu(), own: await own(), details: details() };
  return {
    serverCpu: (after.server - before.server) / samples,
    ownCpu: target.pid === null ? null : (after.own - before.own) / samples,
    detailsRead: target.detailsRead === undefined ? null : (after.details - before.details) / samples,
  };
}
