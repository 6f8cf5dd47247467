import * as fc from "fast-check";
import { expect, test } from "vitest";

import { adviceFrom, type Advice } from "../../src/advise/advice.ts";
import { noPools } from "../../src/advise/declared-pools.ts";
import { emptyHistory, withLook } from "../../src/advise/history.ts";
import type { Backend } from "../../src/observe/snapshot.ts";
import type { RecordedLook } from "../../src/record/recorded-look.ts";
import { aBackend } from "../support/a-backend.ts";
import { aRecordedLook } from "../support/a-recorded-look.ts";
import { aSnapshot, lookOf } from "../support/a-snapshot.ts";
import { aGroup } from "../support/a-view.ts";
import { rules } from "../support/thresholds.ts";

const FIRST_LOOK = 1_800_000_000;

const holder = { datname: "shop", usename: "app", applicationName: "web" };

/** Of the looks: how far apart they are, and from which age on they return a session that is idle in a transaction. */
type Looking = { readonly stepSeconds: number; readonly returnedFromSeconds: number };

/** One idle period of a session. Between two there is a statement that no look sees. Seconds since the first look. */
type TruePeriod = { readonly pid: number; readonly startSeconds: number; readonly endSeconds: number };

type Session = {
  readonly pid: number;
  readonly periods: readonly TruePeriod[];
  /** Followed for another leak as well: its row is always there. */
  readonly isAlwaysReturned: boolean;
};

function aSession(pid: number, lengths: readonly number[], isAlwaysReturned = false): Session {
  const periods: TruePeriod[] = [];
  let startSeconds = 0.25;
  for (const length of lengths) {
    periods.push({ pid, startSeconds, endSeconds: startSeconds + length });
    startSeconds += length + 0.01;
  }
  return { pid, periods, isAlwaysReturned };
}

/** The rows of a look: who is old enough, and whoever was so at the look before, whatever it does now. */
function looksAt(sessions: readonly Session[], looks: number, looking: Looking): readonly RecordedLook[] {
  const { stepSeconds, returnedFromSeconds } = looking;
  const thresholds = { ...aRecordedLook().asked.ages, idleInTransactionSeconds: returnedFromSeconds };
  let followed: ReadonlySet<number> = new Set();
  return Array.from({ length: looks }, (_none, index) => {
    const atSeconds = index * stepSeconds;
    const rows = sessions.flatMap((session) => {
      const row = rowOf(session, atSeconds);
      const isOld = isIdle(row) && (row.stateSeconds ?? 0) >= returnedFromSeconds;
      return isOld || session.isAlwaysReturned || followed.has(session.pid) ? [{ row, isOld }] : [];
    });
    followed = new Set(rows.filter(({ isOld }) => isOld).map(({ row }) => row.id.pid));
    const candidates = rows.map(({ row }) => row);
    const takenAtSeconds = FIRST_LOOK + atSeconds;
    const groups = [aGroup({ ...holder, sessions: sessions.length })];
    const look = lookOf(aSnapshot({ takenAtSeconds, groups, candidates }));
    return aRecordedLook(look, {
      sinceLastLookSeconds: index === 0 ? null : stepSeconds,
      gapSeconds: 10 * stepSeconds,
      asked: { ages: thresholds, groupsByClient: false },
    });
  });
}

function isIdle({ state }: Backend): boolean {
  return state === "idle in transaction";
}

function rowOf({ pid, periods }: Session, atSeconds: number): Backend {
  const id = { pid, backendStart: "2026-01-01 00:00:00.000001+00" };
  const begun = periods.filter(({ startSeconds }) => startSeconds <= atSeconds).at(-1);
  if (begun === undefined || begun.endSeconds <= atSeconds)
    return aBackend({
      ...holder,
      id,
      state: "active",
      stateChange: `active ${begun?.endSeconds}`,
      querySeconds: 0,
    });
  const stateSeconds = atSeconds - begun.startSeconds;
  const since = { stateSeconds, querySeconds: stateSeconds };
  return aBackend({
    ...holder,
    id,
    state: "idle in transaction",
    stateChange: `idle ${begun.startSeconds}`,
    ...since,
  });
}

function adviceOn(looks: readonly RecordedLook[], { returnedFromSeconds }: Looking): Advice {
  const from = { enabled: true, suspectAfterSeconds: returnedFromSeconds, leakedAfterSeconds: 7200 };
  const thresholds = { ...rules, defaults: { ...rules.defaults, idle_in_transaction: from } };
  const judging = { thresholds, isProtected: () => false, sparesRole: () => null, pools: noPools };
  return adviceFrom(looks.reduce((so, look) => withLook(so, look, judging), emptyHistory));
}

/** Those that some look found idle for so long, by whether one saw that they were over. */
function seenOf(sessions: readonly Session[], looks: number, { stepSeconds, returnedFromSeconds }: Looking) {
  const lastSeconds = (looks - 1) * stepSeconds;
  const seen = sessions
    .flatMap(({ periods }) => periods)
    .filter(({ startSeconds, endSeconds }) => {
      const firstLook = Math.ceil((startSeconds + returnedFromSeconds) / stepSeconds) * stepSeconds;
      return firstLook < endSeconds && firstLook <= lastSeconds;
    });
  const over = seen.filter(({ endSeconds }) => endSeconds <= lastSeconds);
  return { over, open: seen.length - over.length };
}

const lookings = fc.record({
  stepSeconds: fc.constantFrom(1, 2, 5, 10, 30),
  returnedFromSeconds: fc.constantFrom(5, 10, 60),
});

// Quarters of seconds, so that a period never begins or ends just at a look.
const lengths = fc.array(
  fc.integer({ min: 1, max: 400 }).map((quarters) => quarters / 4 + 0.11),
  {
    minLength: 1,
    maxLength: 60,
  },
);

test("each period that was seen is counted once, and of each that looks must see it is known how it ended", () => {
  const crowd = fc.array(fc.tuple(lengths, fc.boolean()), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(crowd, lookings, fc.integer({ min: 2, max: 200 }), (all, looking, looks) => {
      const sessions = all.map(([each, isAlways], index) => aSession(1000 + index, each, isAlways));
      const advice = adviceOn(looksAt(sessions, looks, looking), looking);
      const { over, open } = seenOf(sessions, looks, looking);
      const [one] = advice.applications;
      const { returned = 0, vanished = 0, lostSight = 0, stillOpen = 0 } = one?.periods ?? {};
      expect({ returned, vanished, lostSight, stillOpen }).toEqual({
        returned: over.length,
        vanished: 0,
        lostSight: 0,
        stillOpen: open,
      });
    }),
    { numRuns: 300 },
  );
});

test.for([
  [7.5, 1, 5, 63, 1],
  [4.5, 1, 5, 0, 0],
  [30.5, 10, 60, 0, 0],
  [90.5, 10, 60, 5, 0],
] as const)(
  "a session that idles for %d s again and again, looked at each %d s, from %d s on: %d went on, %d open",
  ([length, stepSeconds, returnedFromSeconds, returned, stillOpen]) => {
    const looking = { stepSeconds, returnedFromSeconds };
    const session = aSession(
      1000,
      Array.from({ length: 64 }, () => length),
    );
    const looks = adviceOn(looksAt([session], Math.floor(480 / stepSeconds), looking), looking);
    const periods = { returned, lostSight: 0, vanished: 0, stillOpen };
    expect(looks.applications).toMatchObject([{ periods }]);
  },
);
