import { describe, expect, test } from "vitest";

import { breakerPhase } from "../../src/decide/breaker.ts";
import { emptyLeash, type Leash } from "../../src/decide/leash.ts";
import type { LedgerEntry } from "../../src/decide/ledger.ts";
import type { BreakerSettings } from "../../src/decide/policy.ts";
import { aLeaked, anEntry, anOpenBreaker, aPolicy, aSituation, noLimits, NOW } from "../support/a-case.ts";
import { decided, reasonsOf } from "../support/decided.ts";

const settings: BreakerSettings = {
  futileActs: 3,
  unconfirmedActs: 2,
  windowSeconds: 600,
  coolDownSeconds: 1800,
};

const policy = aPolicy({ breaker: settings, limits: { ...noLimits, perLook: 1 } });

describe("E17: after the cool-down the breaker is half open, until somebody tried", () => {
  const breaker = anOpenBreaker({ sinceSeconds: NOW - 1800 });
  const tried = anEntry({ atSeconds: NOW, outcome: null });

  test.for<readonly [string, readonly LedgerEntry[], number, object]>([
    ["it cools", [], NOW - 1, { type: "cooling", untilSeconds: NOW }],
    ["it is half open", [], NOW, { type: "half_open" }],
    ["one was tried", [tried], NOW, { type: "on_trial", untilSeconds: NOW + 600 }],
    ["nobody judged it in time", [tried], NOW + 600, { type: "on_trial", untilSeconds: null }],
    [
      "what was tried failed",
      [{ ...tried, outcome: "failed" }],
      NOW,
      { type: "on_trial", untilSeconds: null },
    ],
    ["what was tried had moved on", [{ ...tried, outcome: "moved_on" }], NOW, { type: "half_open" }],
    ["what was tried was a dry run", [{ ...tried, mode: "dry_run" }], NOW, { type: "half_open" }],
  ])("%s", ([, entries, nowSeconds, phase]) => {
    const situation = aSituation([], { nowSeconds });
    expect(breakerPhase({ entries, breaker }, situation, settings)).toEqual({ ...phase, breaker });
  });

  test("one that is judged by its outcome is judged at the next look, not at a time that is past", () => {
    const unconfirmed = anOpenBreaker({ sinceSeconds: NOW - 1800, why: "unconfirmed" });
    const ledger = { entries: [{ ...tried, outcome: "terminated" as const }], breaker: unconfirmed };
    expect(breakerPhase(ledger, aSituation(), settings)).toMatchObject({
      type: "on_trial",
      untilSeconds: null,
    });
  });

  test("a dry run tries none, be it cooling or half open, but waits for one that was done", () => {
    const situation = { permits: { isEnforcing: false } };
    const phases = [
      breakerPhase({ entries: [], breaker }, aSituation([], { ...situation, nowSeconds: NOW - 1 }), settings),
      breakerPhase({ entries: [], breaker }, aSituation([], situation), settings),
      breakerPhase({ entries: [tried], breaker }, aSituation([], situation), settings),
    ];
    expect(phases.map(({ type }) => type)).toEqual(["untried", "untried", "on_trial"]);
  });

  test("so a dry run records nothing that it would try: it would do so at each look", () => {
    const permits = { isEnforcing: false };
    let leash: Leash = { ...emptyLeash, ledger: { entries: [], breaker } };
    for (const seconds of [0, 10, 20]) {
      const look = decided(leash, aSituation([aLeaked(seconds)], { nowSeconds: NOW + seconds, permits }), {
        policy,
      });
      leash = look.leash;
      expect(reasonsOf(look.plan)).toEqual(["breaker_open"]);
    }
    expect(leash.ledger.entries).toEqual([]);
  });

  test("a closed one has no trial", () => {
    expect(breakerPhase({ ...emptyLeash.ledger, entries: [tried] }, aSituation(), settings)).toEqual({
      type: "closed",
    });
  });
});
