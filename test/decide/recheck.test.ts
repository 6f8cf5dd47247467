import { describe, expect, test } from "vitest";

import type { Ledger, LedgerEntry } from "../../src/decide/ledger.ts";
import { recheck, type Meanwhile } from "../../src/decide/recheck.ts";
import { aLeaked, anAct, anEntry, anOpenBreaker, aRule, NOW } from "../support/a-case.ts";

const breaker = { futileActs: 3, unconfirmedActs: 2, windowSeconds: 600, coolDownSeconds: 1800 };
const act = anAct();

/** Ten seconds after the look, of which there is one every ten seconds. */
function after(
  entries: readonly Partial<LedgerEntry>[] = [],
  { ledger, ...overrides }: Partial<Omit<Meanwhile, "ledger">> & { readonly ledger?: Partial<Ledger> } = {},
): Meanwhile {
  const closed = { state: "closed", sinceSeconds: 0 } as const;
  return {
    ledger: { breaker: closed, entries: entries.map(anEntry), ...ledger },
    breaker,
    lookSeconds: NOW,
    lookAgeSeconds: 10,
    pollSeconds: 10,
    ...overrides,
  };
}

function reasonAfter(...entries: readonly Partial<LedgerEntry>[]): string | null {
  return recheck(act, after(entries))?.reason ?? null;
}

test("E22: an act that nothing speaks against is done", () => {
  expect(recheck(act, after())).toBeNull();
});

test("E22: a plan is not carried on once two further looks could have judged anew", () => {
  expect(recheck(act, after([], { lookAgeSeconds: 20 }))).toBeNull();
  expect(recheck(act, after([], { lookAgeSeconds: 20.1 }))).toMatchObject({ reason: "untrusted_look" });
});

test("E22: a window that ends during the look ends the acts of its rule, by the server's clock", () => {
  const rule = aRule({ isOpenAt: (seconds) => seconds < NOW + 12 });
  const ruled = anAct(aLeaked(), { rule });
  expect(recheck(ruled, after([], { lookAgeSeconds: 11 }))).toBeNull();
  expect(recheck(ruled, after([], { lookAgeSeconds: 12 }))).toMatchObject({ reason: "outside_window" });
  expect(recheck(act, after([], { lookAgeSeconds: 12 }))).toBeNull();
});

describe("E17: what the breaker takes to judge is not exceeded within a look", () => {
  test("acts that nobody saw work, at this look and before", () => {
    const [now, earlier] = [
      { outcome: "failed" },
      { outcome: "not_confirmed", atSeconds: NOW - 599 },
    ] as const;
    expect(reasonAfter(now)).toBeNull();
    expect(reasonAfter(earlier, now)).toBe("breaker_open");
    expect(reasonAfter(now, now)).toBe("breaker_open");
    expect(reasonAfter({ outcome: null, atSeconds: NOW - 10 }, now)).toBe("breaker_open");
    // Too old, of a dry run, or what was seen to work or to touch nobody.
    expect(reasonAfter({ ...earlier, atSeconds: NOW - 601 }, now)).toBeNull();
    expect(reasonAfter({ ...now, mode: "dry_run" }, now)).toBeNull();
    for (const outcome of ["terminated", "cancelled", "moved_on", "denied"] as const)
      expect(reasonAfter({ outcome }, now)).toBeNull();
  });

  test("acts of this look that were not begun are none", () => {
    expect(reasonAfter({ outcome: null }, { outcome: null }, { outcome: null })).toBeNull();
  });

  test("what was before the breaker closed is judged already", () => {
    const entries = [anEntry({ outcome: "failed", atSeconds: NOW - 60 }), anEntry({ outcome: "failed" })];
    const since = (sinceSeconds: number): Meanwhile =>
      after([], { ledger: { entries, breaker: { state: "closed", sinceSeconds } } });
    expect(recheck(act, since(NOW - 60))?.reason).toBe("breaker_open");
    expect(recheck(act, since(NOW - 59))).toBeNull();
  });

  test("sessions ended of one application, whatever their clients, at this look alone", () => {
    const other = { usename: "app", applicationName: "web-1", clientAddr: "10.0.0.9" };
    expect(reasonAfter({}, {})).toBeNull();
    expect(reasonAfter({}, {}, { holder: other })).toBe("breaker_open");
    expect(reasonAfter({}, {}, { holder: { ...other, applicationName: "web-2" } })).toBeNull();
    expect(reasonAfter({}, {}, { holder: { ...other, usename: "batch" } })).toBeNull();
    expect(reasonAfter({}, {}, { atSeconds: NOW - 10 })).toBeNull();
    expect(reasonAfter({}, {}, { outcome: "cancelled" })).toBeNull();
  });

  test("an open breaker allowed one act, which is done whatever opened it", () => {
    const entries = [anEntry({ outcome: "failed" }), anEntry({ outcome: "failed" })];
    const open = anOpenBreaker({ sinceSeconds: NOW - 60, why: "unconfirmed" });
    expect(recheck(act, after([], { ledger: { entries, breaker: open } }))).toBeNull();
  });
});
