import * as fc from "fast-check";

import type { Episode } from "../../src/classify/episode.ts";
import { harmLevels } from "../../src/classify/harm.ts";
import { backendKinds } from "../../src/classify/kind.ts";
import type { Situation } from "../../src/decide/situation.ts";
import type { Holder, SessionEpisode } from "../../src/decide/target.ts";
import type { Backend } from "../../src/observe/snapshot.ts";
import { aLeaked, aSituation, NOW } from "./a-case.ts";
import { aHarm, aPoolSuspect, aPreparedSuspect } from "./a-view.ts";

/** Mostly the first, so that many suspects get far. */
export function mostly<T>(usual: T, ...others: readonly T[]): fc.Arbitrary<T> {
  return fc.oneof(
    { weight: 15, arbitrary: fc.constant(usual) },
    { weight: 1, arbitrary: fc.constantFrom(...others) },
  );
}

/** Of a few, whom some hide. */
export const arbitraryHolder: fc.Arbitrary<Holder> = fc.record({
  usename: mostly<string | null>("app", "etl", null),
  applicationName: mostly<string | null>("web-1", "web-2", "pgleash", null),
  clientAddr: mostly<string | null>("10.0.0.7", "10.0.0.8", null),
});

const copy = { command: "COPY", counter: "1" };
const vacuum = { command: "VACUUM", counter: "1" };

const row: fc.Arbitrary<Partial<Backend>> = fc.record({
  datname: mostly<string | null>("shop", null),
  isSuperuser: mostly<boolean | null>(false, true, null),
  isReplication: mostly<boolean | null>(false, true, null),
  state: mostly<Backend["state"]>("idle in transaction", "active", "fastpath function call", "unknown"),
  waitEventType: mostly<string | null>("Client", "Lock", null),
  waitEvent: mostly<string | null>("ClientRead", "SyncRep", null),
  queryId: mostly<string | null>("7731", "1", null),
  progress: mostly<Backend["progress"]>(null, copy, vacuum),
});

const verdict = fc.record({
  kind: mostly<SessionEpisode["kind"]>("idle_in_transaction", ...backendKinds),
  severity: mostly<SessionEpisode["severity"]>("leaked", "suspect"),
  ageSeconds: mostly(1200, 30, 70, 901, Number.NaN, Infinity),
  sightings: fc.integer({ min: 1, max: 4 }),
  firstSeenSeconds: mostly(NOW - 120, NOW - 30, NOW + 5),
  harm: fc
    .record({
      level: fc.constantFrom(...harmLevels),
      blockedSessions: fc.nat(2),
      workAtRiskSeconds: mostly<number | null>(1, 500, null),
    })
    .map(aHarm),
  commentKeys: mostly<ReadonlyMap<string, string>>(new Map([["route", "/checkout"]]), new Map()),
});

/** A session that is mostly leaked, and mostly to be ended. */
export function arbitrarySession(pid: number): fc.Arbitrary<SessionEpisode> {
  return fc
    .tuple(verdict, row, arbitraryHolder)
    .map(([episode, backend, held]) => aLeaked(pid, { ...episode, backend: { ...backend, ...held } }));
}

const others: readonly Episode[] = [
  aPreparedSuspect({ severity: "leaked" }),
  aPoolSuspect({ severity: "leaked" }),
];

/** Up to seven suspects, some of which are no sessions. */
export const arbitrarySuspects: fc.Arbitrary<readonly Episode[]> = fc
  .tuple(fc.tuple(...[1, 2, 3, 4, 5].map(arbitrarySession)), fc.nat(5), fc.subarray([...others]))
  .map(([sessions, count, some]) => [...sessions.slice(0, count), ...some]);

/** A look at them, by a server that may be a standby, under a pause, or at a look that nothing vouches for. */
export function arbitrarySituation(suspects: readonly Episode[]): fc.Arbitrary<Situation> {
  return fc
    .record({
      standby: mostly(false, true),
      pressure: mostly(0.7, 0.5, Number.NaN),
      isTrusted: mostly(true, false),
      isOutOfTurn: mostly(false, true),
      permits: fc.record({ pause: mostly(null, { reason: "release 7", untilSeconds: null, by: null }) }),
    })
    .map((some) => aSituation(suspects, some));
}
