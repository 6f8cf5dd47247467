import { describe, expect, test } from "vitest";

import { breakerAfter, breakerPhase } from "../../src/decide/breaker.ts";
import { emptyLeash, type Leash } from "../../src/decide/leash.ts";
import type { Breaker, LedgerEntry, OpenBreaker, Outcome } from "../../src/decide/ledger.ts";
import type { BreakerSettings } from "../../src/decide/policy.ts";
import type { Holder } from "../../src/decide/target.ts";
import {
  aLeaked,
  anEntry,
  anOpenBreaker,
  aPolicy,
  aSituation,
  leakedSessions,
  noLimits,
  NOW,
} from "../support/a-case.ts";
import { aGroup } from "../support/a-view.ts";
import { decided, endedBy, reasonsOf } from "../support/decided.ts";

const settings: BreakerSettings = {
  futileActs: 3,
  unconfirmedActs: 2,
  windowSeconds: 600,
  coolDownSeconds: 1800,
};

const policy = aPolicy({ breaker: settings, limits: { ...noLimits, perLook: 1 } });

/** The breaker so long after it opened, with what was done since; whoever was acted on has so many sessions now. */
function after(
  entries: readonly LedgerEntry[],
  {
    breaker = anOpenBreaker({ sinceSeconds: NOW - 3000 }),
    sessions = 100,
  }: { readonly breaker?: OpenBreaker; readonly sessions?: number | ((holder: Holder) => number) } = {},
): Breaker {
  const sessionsOf = typeof sessions === "number" ? () => sessions : sessions;
  return breakerAfter({ entries, breaker }, { nowSeconds: NOW, settings, sessionsOf });
}

/** Acts that were made so long ago, which came out so. */
function trial(agoSeconds: number, outcome: Outcome | null = "terminated"): readonly LedgerEntry[] {
  return [anEntry({ atSeconds: NOW - agoSeconds, outcome })];
}

/** The client that was acted on has none left, all clients of its application have as many as before. */
function noneOfTheClient({ clientAddr }: Holder): number {
  return clientAddr === null ? 100 : 0;
}

describe("E17: after the cool-down the breaker is half open, until somebody tried", () => {
  const breaker = anOpenBreaker({ sinceSeconds: NOW - 1800 });
  const tried = anEntry({ atSeconds: NOW, outcome: null });

  test.for<readonly [string, readonly LedgerEntry[], number, object]>([
    ["it cools", [], NOW - 1, { type: "cooling", untilSeconds: NOW }],
    ["it is half open", [], NOW, { type: "half_open" }],
    ["one was tried", [tried], NOW, { type: "on_trial", untilSeconds: NOW + 600 }],
    ["what was tried had moved on", [{ ...tried, outcome: "moved_on" }], NOW, { type: "half_open" }],
    ["what was tried was a dry run", [{ ...tried, mode: "dry_run" }], NOW, { type: "half_open" }],
  ])("%s", ([, entries, nowSeconds, phase]) => {
    expect(breakerPhase({ entries, breaker }, nowSeconds, settings)).toEqual({ ...phase, breaker });
  });

  test("a closed one has no trial", () => {
    expect(breakerPhase({ ...emptyLeash.ledger, entries: [tried] }, NOW, settings)).toEqual({
      type: "closed",
    });
  });

  test("what worked before it opened is no trial", () => {
    const opened = anOpenBreaker({ sinceSeconds: NOW - 1800 });
    expect(after(trial(1900), { breaker: opened, sessions: 1 })).toEqual(opened);
  });
});

describe("E17: a trial after futile acts is judged by the sessions, one window later", () => {
  const breaker = anOpenBreaker({ sinceSeconds: NOW - 3000 });
  const reopened = anOpenBreaker({
    sinceSeconds: NOW,
    grounds: {
      actedOn: { breadth: "application", application: { usename: "app", applicationName: "web-1" } },
      acts: 1,
      sessionsBefore: 100,
      sessionsAfter: 100,
    },
  });

  test.for(["terminated", "cancelled"] as const)("not before, though it was %s", (outcome) => {
    for (const sessions of [1, 100]) expect(after(trial(599, outcome), { sessions })).toEqual(breaker);
  });

  test.for(["terminated", "cancelled"] as const)("then, when it was %s", (outcome) => {
    expect(after(trial(600, outcome), { sessions: 99 })).toEqual({ state: "closed", sinceSeconds: NOW });
    expect(after(trial(600, outcome), { sessions: 100 })).toEqual(reopened);
  });

  test("sessions that came back from another client are not fewer", () => {
    const entries = trial(600).map((entry) => ({ ...entry, holderSessions: 10 }));
    expect(after(entries, { sessions: noneOfTheClient })).toEqual(reopened);
  });

  test("one that nobody judged in time is judged late, however old it is", () => {
    const late = aSituation([], { nowSeconds: NOW + 50_000 });
    const { leash } = decided({ ...emptyLeash, ledger: { entries: trial(1200), breaker } }, late, { policy });
    expect(leash.ledger.breaker).toMatchObject({ state: "open", sinceSeconds: NOW + 50_000 });
    const fewer = { ...late, groups: [aGroup({ sessions: 99 })] };
    const judged = decided({ ...emptyLeash, ledger: { entries: trial(1200), breaker } }, fewer, { policy });
    expect(judged.leash.ledger).toEqual({
      entries: [],
      breaker: { state: "closed", sinceSeconds: NOW + 50_000 },
    });
  });
});

describe("E17: the outcome of a trial decides at once", () => {
  const since = NOW - 10;
  const grounds = { acts: 1, sessionsBefore: 100, sessionsAfter: 100 };

  test.for(["terminated", "cancelled"] as const)("where it was unconfirmed, and is %s", (outcome) => {
    const breaker = anOpenBreaker({ why: "unconfirmed", sinceSeconds: NOW - 3000 });
    expect(after(trial(10, outcome), { breaker })).toEqual({ state: "closed", sinceSeconds: since });
  });

  test.for<Outcome | null>(["not_confirmed", "failed", "denied", null])("where it is %s", (outcome) => {
    for (const why of ["futile", "unconfirmed"] as const) {
      const breaker = anOpenBreaker({ why, sinceSeconds: NOW - 3000 });
      expect(after(trial(10, outcome), { breaker })).toMatchObject({
        state: "open",
        sinceSeconds: since,
        why: "unconfirmed",
        grounds,
      });
    }
  });

  test("but that of one that had moved on", () => {
    const breaker = anOpenBreaker({ sinceSeconds: NOW - 3000 });
    expect(after(trial(700, "moved_on"), { breaker, sessions: 1 })).toEqual(breaker);
  });
});

test("E17: a leak that comes back as fast as it is ended is left alone, but for one trial after each cool-down", () => {
  let leash: Leash = emptyLeash;
  const times = [0, 10, 20, 30, 1829, 1830, 1840, 2429, 2430, 4229, 4230, 4240];
  const looks = times.map((seconds, index) => {
    const situation = aSituation([aLeaked(index), aLeaked(100 + index)], { nowSeconds: NOW + seconds });
    const look = decided(leash, situation, { policy });
    leash = look.leash;
    return [seconds, endedBy(look.plan).length, ...new Set(reasonsOf(look.plan))];
  });
  expect(looks).toEqual([
    [0, 1, "rate_look"],
    [10, 1, "rate_look"],
    [20, 1, "rate_look"],
    [30, 0, "breaker_open"],
    [1829, 0, "breaker_open"],
    [1830, 1, "breaker_open"],
    [1840, 0, "breaker_open"],
    [2429, 0, "breaker_open"],
    [2430, 0, "breaker_open"],
    [4229, 0, "breaker_open"],
    [4230, 1, "breaker_open"],
    [4240, 0, "breaker_open"],
  ]);
});

test("E17: once the sessions stay fewer after a trial, acts go on", () => {
  const breaker = anOpenBreaker({ sinceSeconds: NOW - 1800 });
  let leash: Leash = { ...emptyLeash, ledger: { entries: [], breaker } };
  const looks = [0, 10, 600, 610].map((seconds, index) => {
    const groups = [aGroup({ sessions: 100 - index })];
    const look = decided(leash, aSituation([aLeaked(index)], { nowSeconds: NOW + seconds, groups }), {
      policy,
    });
    leash = look.leash;
    return endedBy(look.plan).length;
  });
  expect(looks).toEqual([1, 0, 1, 1]);
});

test("E17, E23: a breaker that opened by a clock that was ahead cools down from now on", () => {
  const breaker = anOpenBreaker({ sinceSeconds: NOW + 86_400 });
  const first = decided({ ...emptyLeash, ledger: { entries: [], breaker } }, aSituation([aLeaked(1)]), {
    policy,
  });
  expect(reasonsOf(first.plan)).toEqual(["breaker_open"]);
  const second = decided(first.leash, aSituation([aLeaked(1)], { nowSeconds: NOW + 1800 }), { policy });
  expect(endedBy(second.plan)).toEqual([1]);
});

test("E17: acts that make the sessions of their holder fewer never open it", () => {
  let leash: Leash = emptyLeash;
  for (let ended = 0; ended < 50; ended += 1) {
    const situation = aSituation(leakedSessions(50).slice(ended, ended + 1), {
      nowSeconds: NOW + ended,
      groups: [aGroup({ sessions: 100 - ended })],
    });
    ({ leash } = decided(leash, situation, { policy }));
  }
  expect(leash.ledger.breaker.state).toBe("closed");
  expect(leash.ledger.entries).toHaveLength(50);
});
