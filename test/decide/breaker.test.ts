import { describe, expect, test } from "vitest";

import { breakerAfter, isHalfOpen } from "../../src/decide/breaker.ts";
import { emptyLeash, type Leash } from "../../src/decide/leash.ts";
import type { Breaker, LedgerEntry, Outcome } from "../../src/decide/ledger.ts";
import type { BreakerSettings } from "../../src/decide/policy.ts";
import type { Holder } from "../../src/decide/target.ts";
import { aLeaked, anEntry, aPolicy, aSituation, leakedSessions, noLimits, NOW } from "../support/a-case.ts";
import { aGroup } from "../support/a-view.ts";
import { decided, endedBy, reasonsOf } from "../support/decided.ts";

const settings: BreakerSettings = {
  futileActs: 3,
  unconfirmedActs: 2,
  windowSeconds: 600,
  coolDownSeconds: 1800,
};

const closed: Breaker = { state: "closed", sinceSeconds: 0 };

function open(sinceSeconds: number): Breaker {
  return { state: "open", sinceSeconds, why: "futile" };
}

/** The breaker after these acts, when their holder has so many sessions now. */
function after(entries: readonly LedgerEntry[], sessions = 100, breaker: Breaker = closed): Breaker {
  return breakerAfter({ entries, breaker }, { nowSeconds: NOW, settings, sessionsOf: () => sessions });
}

/** The first client has so many, and each other one 99. */
function firstHas(sessions: number): (holder: Holder) => number {
  return ({ clientAddr }) => (clientAddr === "10.0.0.0" ? sessions : 99);
}

function oneOfEtl({ usename }: Holder): number {
  return usename === "etl" ? 1 : 100;
}

/** Acts a minute apart, the last of them just now. */
function acts(...outcomes: readonly (Outcome | null)[]): readonly LedgerEntry[] {
  return outcomes.map((outcome, index) =>
    anEntry({ atSeconds: NOW - 60 * (outcomes.length - 1 - index), outcome, episode: String(index) }),
  );
}

const thrice = acts("terminated", "terminated", "terminated");

/** The same, each on a holder that differs in this. */
function spread(field: keyof Holder): readonly LedgerEntry[] {
  return thrice.map((entry, index) => ({
    ...entry,
    holder: { ...entry.holder, [field]: `10.0.0.${index}` },
  }));
}

describe("E17: the breaker opens when acts do not help", () => {
  test("three sessions were ended, and their holder has as many as before the first", () => {
    expect(after(thrice)).toEqual({ state: "open", sinceSeconds: NOW, why: "futile" });
    expect(after(thrice, 101)).toMatchObject({ state: "open" });
  });

  test.for(["clientAddr", "applicationName", "usename"] as const)(
    "three sessions were ended, each of another %s, and they have as many as before in all",
    (field) => {
      expect(after(spread(field))).toMatchObject({ state: "open", why: "futile" });
    },
  );

  test("it is their sum that counts, not each of them", () => {
    const ledger = { entries: spread("clientAddr"), breaker: closed };
    const states = [102, 101].map(
      (more) => breakerAfter(ledger, { nowSeconds: NOW, settings, sessionsOf: firstHas(more) }).state,
    );
    expect(states).toEqual(["open", "closed"]);
  });

  test("the clients of one application are judged by themselves, whatever others did", () => {
    const other = anEntry({ holder: { usename: "etl", applicationName: "load", clientAddr: null } });
    const ledger = { entries: [other, ...spread("clientAddr")], breaker: closed };
    expect(breakerAfter(ledger, { nowSeconds: NOW, settings, sessionsOf: oneOfEtl }).state).toBe("open");
  });

  test.for<readonly [string, readonly LedgerEntry[], number]>([
    ["its sessions are fewer", thrice, 99],
    ["there were only two", acts("terminated", "terminated"), 100],
    ["one had moved on", acts("terminated", "terminated", "moved_on"), 100],
    [
      "the first is out of the window",
      [anEntry({ atSeconds: NOW - 601 }), ...acts("terminated", "terminated")],
      100,
    ],
    ["each was of another client, and they are fewer", spread("clientAddr"), 99],
    [
      "a dry run lowers nothing",
      thrice.map((entry) => ({ ...entry, mode: "dry_run" as const, outcome: null })),
      100,
    ],
  ])("not when %s", ([, entries, sessions]) => {
    expect(after(entries, sessions)).toEqual(closed);
  });
});

describe("E17: the breaker opens when nobody can see whether acts work", () => {
  test.for<readonly [Outcome | null, Outcome | null]>([
    ["not_confirmed", "failed"],
    ["failed", "failed"],
    // Its outcome was never written.
    [null, null],
  ])("%s and %s", ([one, two]) => {
    expect(after(acts(one, "terminated", two), 1)).toEqual({
      state: "open",
      sinceSeconds: NOW,
      why: "unconfirmed",
    });
  });

  test("not on one, on refusals, or in a dry run", () => {
    expect(after(acts("failed", "terminated"), 1)).toEqual(closed);
    expect(after(acts("denied", "denied", "denied"), 1)).toEqual(closed);
    expect(
      after(
        acts(null, null).map((entry) => ({ ...entry, mode: "dry_run" as const })),
        1,
      ),
    ).toEqual(closed);
  });
});

describe("E17: after the cool-down one trial decides", () => {
  test("it is half open from then on, until somebody tried", () => {
    const breaker = open(NOW - 1800);
    const tried = anEntry({ atSeconds: NOW, outcome: null });
    expect(isHalfOpen({ entries: [], breaker }, NOW - 1, settings)).toBe(false);
    expect(isHalfOpen({ entries: [], breaker }, NOW, settings)).toBe(true);
    expect(isHalfOpen({ entries: [tried], breaker }, NOW, settings)).toBe(false);
    expect(isHalfOpen({ entries: [{ ...tried, outcome: "moved_on" }], breaker }, NOW, settings)).toBe(true);
    expect(isHalfOpen({ entries: [{ ...tried, mode: "dry_run" }], breaker }, NOW, settings)).toBe(true);
  });

  test("what worked before it opened is no trial", () => {
    const before = anEntry({ atSeconds: NOW - 1900 });
    expect(after([before], 1, open(NOW - 1800))).toEqual(open(NOW - 1800));
  });

  test.for<readonly [Outcome | null, Breaker]>([
    ["terminated", { state: "closed", sinceSeconds: NOW - 10 }],
    ["cancelled", { state: "closed", sinceSeconds: NOW - 10 }],
    ["not_confirmed", { state: "open", sinceSeconds: NOW - 10, why: "unconfirmed" }],
    ["failed", { state: "open", sinceSeconds: NOW - 10, why: "unconfirmed" }],
    ["denied", { state: "open", sinceSeconds: NOW - 10, why: "unconfirmed" }],
    [null, { state: "open", sinceSeconds: NOW - 10, why: "unconfirmed" }],
    ["moved_on", open(NOW - 1900)],
  ])("a trial that is %s", ([outcome, breaker]) => {
    const trial = anEntry({ atSeconds: NOW - 10, outcome });
    expect(after([trial], 100, open(NOW - 1900))).toEqual(breaker);
  });

  test("once closed it judges only what was done since", () => {
    expect(after(thrice, 100, { state: "closed", sinceSeconds: NOW - 60 })).toMatchObject({
      state: "closed",
    });
  });
});

test("E17: a leak that comes back as fast as it is ended is left alone, but for one trial after the cool-down", () => {
  const policy = aPolicy({ breaker: settings, limits: { ...noLimits, perLook: 1 } });
  let leash: Leash = emptyLeash;
  const looks = [0, 10, 20, 30, 1829, 1830, 1840, 1850, 1860].map((seconds, index) => {
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
    [1840, 1, "rate_look"],
    [1850, 1, "rate_look"],
    [1860, 0, "breaker_open"],
  ]);
});

test("E17, E23: a breaker that opened by a clock that was ahead cools down from now on", () => {
  const breaker = open(NOW + 86_400);
  const policy = aPolicy({ breaker: settings });
  const first = decided({ ...emptyLeash, ledger: { entries: [], breaker } }, aSituation([aLeaked(1)]), {
    policy,
  });
  expect(reasonsOf(first.plan)).toEqual(["breaker_open"]);
  const second = decided(first.leash, aSituation([aLeaked(1)], { nowSeconds: NOW + 1800 }), { policy });
  expect(endedBy(second.plan)).toEqual([1]);
});

test("E17: acts that make the sessions of their holder fewer never open it", () => {
  const policy = aPolicy({ breaker: settings });
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
