import { describe, expect, test } from "vitest";

import { emptyLeash, type Leash } from "../../src/decide/leash.ts";
import type { LedgerEntry } from "../../src/decide/ledger.ts";
import type { BreakerSettings } from "../../src/decide/policy.ts";
import type { SessionEpisode } from "../../src/decide/target.ts";
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

/** An act that ended a session so long ago. */
function trial(agoSeconds: number): readonly LedgerEntry[] {
  return [anEntry({ atSeconds: NOW - agoSeconds })];
}

test("E17: sessions that go up and down by chance do not close it, though they are fewer at the end", () => {
  const open = anOpenBreaker({ sinceSeconds: NOW - 1800 });
  let leash: Leash = { ...emptyLeash, ledger: { entries: trial(0), breaker: open } };
  const counts = [100, 95, 103, 97, 105, 98, 95, 104, 96, 99, 95];
  for (const [minute, sessions] of counts.entries()) {
    const situation = aSituation([], { nowSeconds: NOW + 60 * minute, groups: [aGroup({ sessions })] });
    ({ leash } = decided(leash, situation, { policy }));
  }
  expect(leash.ledger.breaker).toMatchObject({ state: "open", sinceSeconds: NOW + 420 });
});

test("E17: a trial that nobody judged in time is judged late, however old it is", () => {
  const late = aSituation([], { nowSeconds: NOW + 50_000 });
  const breaker = anOpenBreaker({ sinceSeconds: NOW - 3000 });
  const { leash } = decided({ ...emptyLeash, ledger: { entries: trial(1200), breaker } }, late, { policy });
  expect(leash.ledger.breaker).toMatchObject({ state: "open", sinceSeconds: NOW + 50_000 });
  const fewer = { ...late, groups: [aGroup({ sessions: 99 })] };
  const judged = decided({ ...emptyLeash, ledger: { entries: trial(1200), breaker } }, fewer, { policy });
  expect(judged.leash.ledger).toEqual({
    entries: [],
    breaker: { state: "closed", sinceSeconds: NOW + 50_000 },
  });
});

describe("E17: a look that no earlier one vouches for proves nothing", () => {
  const breaker = anOpenBreaker({ sinceSeconds: NOW - 50_000 });
  const nobodyThere = { groups: [], isTrusted: false };

  test("a trial waits for the next trusted look, and is remembered until then", () => {
    const before = { ...emptyLeash, ledger: { entries: trial(40_000), breaker } };
    const blind = decided(before, aSituation([], nobodyThere), { policy });
    expect(blind.leash.ledger).toEqual(before.ledger);
    const seen = decided(blind.leash, aSituation([], { nowSeconds: NOW + 10 }), { policy });
    expect(seen.leash.ledger).toMatchObject({
      entries: [],
      breaker: { state: "open", sinceSeconds: NOW + 10 },
    });
  });

  test("nor does one open it", () => {
    const entries = [20, 10, 0].flatMap((ago) => trial(ago));
    const before = { ...emptyLeash, ledger: { ...emptyLeash.ledger, entries } };
    const states = [false, true].map(
      (isTrusted) => decided(before, aSituation([], { isTrusted }), { policy }).leash.ledger.breaker.state,
    );
    expect(states).toEqual(["closed", "open"]);
  });
});

test("E17: a leak that comes back as fast as it is ended is left alone, but for one trial after each cool-down", () => {
  let leash: Leash = emptyLeash;
  const times = [0, 10, 20, 30, 1829, 1830, 1840, 2129, 2130, 3929, 3930, 3940];
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
    [2129, 0, "breaker_open"],
    [2130, 0, "breaker_open"],
    [3929, 0, "breaker_open"],
    [3930, 1, "breaker_open"],
    [3940, 0, "breaker_open"],
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

describe("E17: a trial on others, while whoever it opened for has as many sessions as before", () => {
  const batch = { usename: "other", applicationName: "batch" };

  /** At each look of the second half of the window: those of the trial are fewer, and these episodes are open. */
  function judgedOver(...open: readonly SessionEpisode[]): Leash["ledger"]["breaker"] {
    const tried = anEntry({
      holder: { ...batch, clientAddr: null },
      holderSessions: 5,
      applicationSessions: 5,
    });
    const breaker = anOpenBreaker({ sinceSeconds: NOW - 1800 });
    let leash: Leash = { ...emptyLeash, ledger: { entries: [tried], breaker } };
    for (const seconds of [10, 300, 450, 600]) {
      const groups = [aGroup({ sessions: 101 }), aGroup({ ...batch, sessions: 4 })];
      const situation = aSituation(open, { suspects: [], nowSeconds: NOW + seconds, groups });
      ({ leash } = decided(leash, situation, { policy }));
    }
    return leash.ledger.breaker;
  }

  test("holds it open as long as they leak, though a lock hides the leak", () => {
    expect(judgedOver(aLeaked(1))).toMatchObject({ state: "open", sinceSeconds: NOW + 300 });
  });

  test("closes it once they have recovered: a healthy pool keeps its size", () => {
    expect(judgedOver()).toEqual({ state: "closed", sinceSeconds: NOW + 600 });
    expect(judgedOver(aLeaked(1, { severity: "suspect" }), aLeaked(2, { backend: batch }))).toMatchObject({
      state: "closed",
    });
  });
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
