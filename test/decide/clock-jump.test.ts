import { describe, expect, test } from "vitest";

import { emptyLeash, type Leash } from "../../src/decide/leash.ts";
import type { BreakerSettings, Limits, Policy } from "../../src/decide/policy.ts";
import {
  aLeaked,
  aLeash,
  anEntry,
  anOpenBreaker,
  aPolicy,
  aSituation,
  noLimits,
  NOW,
} from "../support/a-case.ts";
import { decided, endedBy, reasonsOf } from "../support/decided.ts";

/** A look: when in truth, how far the server's clock is wrong by then, and whom it finds. */
type Look = { readonly at: number; readonly wrongBy: number; readonly pid: number };

/** Who is ended, or why nobody is, at each of these looks. */
function over(policy: Policy, leash: Leash, ...looks: readonly Look[]): readonly unknown[] {
  let known = leash;
  let wrongBefore = 0;
  return looks.map(({ at, wrongBy, pid }) => {
    const clockJumpSeconds = wrongBy - wrongBefore;
    wrongBefore = wrongBy;
    const nowSeconds = NOW + at + wrongBy;
    const situation = aSituation([aLeaked(pid, { firstSeenSeconds: nowSeconds - 120 })], {
      nowSeconds,
      isTrusted: clockJumpSeconds === 0,
      clockJumpSeconds,
    });
    const { plan, leash: after } = decided(known, situation, { policy });
    known = after;
    return [...endedBy(plan), ...reasonsOf(plan)][0];
  });
}

const limited: readonly (readonly [string, Partial<Limits>])[] = [
  ["rate_hour", { perHour: 1 }],
  ["rate_minute", { perMinute: 1 }],
  ["cool_down", { coolDownSeconds: 50 }],
  ["share", { share: 0.01 }],
];

describe.each([3700, -3700])("E23: limits, once the server's clock has jumped by %i s", (wrongBy) => {
  test.for(limited)("%s counts what was done, as long as without the jump", ([reason, limits]) => {
    const policy = aPolicy({ limits: { ...noLimits, ...limits } });
    const seen = over(
      policy,
      emptyLeash,
      { at: 0, wrongBy: 0, pid: 1 },
      { at: 10, wrongBy, pid: 2 },
      { at: 20, wrongBy, pid: 2 },
      { at: 30, wrongBy: 0, pid: 2 },
      { at: 40, wrongBy: 0, pid: 2 },
      { at: 3610, wrongBy: 0, pid: 2 },
    );
    expect(seen).toEqual([1, "untrusted_look", reason, "untrusted_look", reason, 2]);
  });

  test("an open breaker cools down as long as without the jump", () => {
    const breaker: BreakerSettings = {
      futileActs: 3,
      unconfirmedActs: 2,
      windowSeconds: 600,
      coolDownSeconds: 1800,
    };
    const open = anOpenBreaker({ sinceSeconds: NOW, grounds: null });
    const leash: Leash = { ...emptyLeash, ledger: { entries: [], breaker: open } };
    const seen = over(
      aPolicy({ breaker }),
      leash,
      { at: 10, wrongBy, pid: 1 },
      { at: 20, wrongBy, pid: 1 },
      { at: 1799, wrongBy, pid: 1 },
      { at: 1800, wrongBy, pid: 1 },
    );
    expect(seen).toEqual(["untrusted_look", "breaker_open", "breaker_open", 1]);
  });
});

test("E23: a look that saw a jump forgets no act, though it looks too old for every limit", () => {
  const leash = aLeash(anEntry({ atSeconds: NOW - 3590 }));
  const late = { nowSeconds: NOW + 20, isTrusted: false };
  expect(
    decided(leash, aSituation([], { ...late, clockJumpSeconds: -10 })).leash.ledger.entries,
  ).toHaveLength(1);
  expect(decided(leash, aSituation([], { ...late, clockJumpSeconds: 0 })).leash.ledger.entries).toEqual([]);
});

test("E23: a breaker that never opened has no time that could follow a jump", () => {
  const situation = aSituation([], { isTrusted: false, clockJumpSeconds: 3600 });
  expect(decided(emptyLeash, situation).leash.ledger).toEqual(emptyLeash.ledger);
});
