import { describe, expect, test } from "vitest";

import { budget } from "../../src/decide/guards/budget.ts";
import type { Case } from "../../src/decide/guard.ts";
import type { LedgerEntry } from "../../src/decide/ledger.ts";
import type { Limits, Rate } from "../../src/decide/policy.ts";
import {
  aCase,
  aLeaked,
  aLeash,
  anEntry,
  anOpenBreaker,
  aPolicy,
  aRule,
  aSituation,
  noLimits,
  NOW,
} from "../support/a-case.ts";
import { situated, testGuards, type GuardRow } from "../support/guard-rows.ts";

/** A policy with this limit, and what was done before. */
function limited(limits: Partial<Limits>, ...entries: readonly LedgerEntry[]): Case {
  return aCase(aLeaked(), {
    policy: aPolicy({ limits: { ...noLimits, ...limits } }),
    leash: aLeash(...entries),
  });
}

/** A rule with this limit, what this look has planned by rule, and what was done before. */
function rated(rate: Partial<Rate>, planned: readonly string[], ...entries: readonly LedgerEntry[]): Case {
  return aCase(aLeaked(), {
    rule: aRule({ rate: { ...aRule().rate, ...rate } }),
    planned,
    leash: aLeash(...entries),
  });
}

function broken(why: "futile" | "unconfirmed", sinceSeconds: number): Case {
  return aCase(aLeaked(), {
    leash: { ...aLeash(), ledger: { entries: [], breaker: anOpenBreaker({ why, sinceSeconds }) } },
  });
}

function times(count: number): readonly LedgerEntry[] {
  return Array.from({ length: count }, () => anEntry());
}

/** Acts of the longest window that a policy can have, which no limit counts. */
function remembered(count: number): readonly LedgerEntry[] {
  const entry = anEntry({ atSeconds: NOW - 86_000, mode: "dry_run", outcome: "moved_on" });
  return Array.from({ length: count }, () => entry);
}

const rows: readonly GuardRow[] = [
  {
    item: "E17",
    reason: "breaker_open",
    passes: [
      aCase(),
      // One trial after the cool-down of half an hour, and the first act of its look.
      broken("futile", NOW - 1800),
    ],
    spares: [
      broken("futile", NOW - 1799),
      broken("unconfirmed", NOW - 1799),
      { ...broken("futile", NOW - 1800), planned: ["everything"] },
    ],
  },
  {
    item: "E15",
    reason: "cool_down",
    passes: [
      limited({ coolDownSeconds: 10 }, anEntry({ atSeconds: NOW - 10 })),
      limited(
        { coolDownSeconds: 10 },
        anEntry({ holder: { usename: "app", applicationName: "web-1", clientAddr: "10.0.0.8" } }),
      ),
    ],
    spares: [
      limited({ coolDownSeconds: 10 }, anEntry({ atSeconds: NOW - 9 })),
      // Nobody knows the client: it may be the same.
      limited(
        { coolDownSeconds: 10 },
        anEntry({ holder: { usename: "app", applicationName: "web-1", clientAddr: null } }),
      ),
    ],
  },
  {
    item: "E16",
    reason: "share",
    passes: [
      limited({ share: 0.05 }, ...times(4)),
      limited({ share: 0.001 }),
      aCase(aLeaked(), {
        rule: aRule({ share: 0.9 }),
        policy: aPolicy({ limits: { ...noLimits, share: 0.05 } }),
        leash: aLeash(...times(89)),
      }),
    ],
    spares: [limited({ share: 0.059 }, ...times(5)), limited({ share: 0.001 }, anEntry())],
  },
  {
    item: "E15",
    reason: "rate_rule",
    passes: [
      rated({ perLook: 1 }, ["another rule"]),
      rated({ perMinute: 1 }, [], anEntry({ atSeconds: NOW - 60 })),
      rated({ perHour: 1 }, [], anEntry({ rule: "another rule" })),
    ],
    spares: [
      rated({ perLook: 1 }, ["everything"]),
      rated({ perMinute: 1 }, [], anEntry({ atSeconds: NOW - 59 })),
      rated({ perHour: 1 }, [], anEntry({ atSeconds: NOW - 3599 })),
    ],
  },
  {
    item: "E15",
    reason: "out_of_turn",
    passes: [situated({ isOutOfTurn: false })],
    spares: [situated({ isOutOfTurn: true })],
  },
  {
    item: "E15",
    reason: "rate_look",
    passes: [limited({ perLook: 1 })],
    spares: [{ ...limited({ perLook: 1 }), planned: ["another rule"] }],
  },
  {
    item: "E15",
    reason: "rate_minute",
    passes: [
      limited({ perMinute: 1 }, anEntry({ atSeconds: NOW - 60 })),
      limited({ perMinute: 1 }, anEntry({ outcome: "moved_on" })),
      limited({ perMinute: 1 }, anEntry({ outcome: "denied" })),
      limited({ perMinute: 1 }, anEntry({ mode: "dry_run" })),
    ],
    spares: [
      limited({ perMinute: 1 }, anEntry({ atSeconds: NOW - 59 })),
      limited({ perMinute: 1 }, anEntry({ outcome: "failed" })),
      limited({ perMinute: 1 }, anEntry({ outcome: null })),
    ],
  },
  {
    item: "E15",
    reason: "rate_hour",
    passes: [limited({ perHour: 1 }, anEntry({ atSeconds: NOW - 3600 })), limited({}, ...remembered(9_999))],
    // A ledger that is full of what no limit counts is full all the same: what it takes on record has a bound.
    spares: [limited({ perHour: 1 }, anEntry({ atSeconds: NOW - 3599 })), limited({}, ...remembered(10_000))],
  },
];

testGuards(rows);

describe("what is used up is told with its key, how much it was, and when the next act is possible", () => {
  const dry = { permits: { isEnforcing: false } };
  const notCounted = [anEntry({ outcome: "moved_on", atSeconds: NOW - 50 }), anEntry({ mode: "dry_run" })];
  const other = anEntry({ rule: "another rule", atSeconds: NOW - 55 });

  test.for<{ says: string; one: Case }>([
    {
      says: "limits.per_minute allows 1 act within 60s, and 1 was done; the next is possible in 20s",
      one: limited({ perMinute: 1 }, ...notCounted, anEntry({ atSeconds: NOW - 40 })),
    },
    {
      says: "limits.per_minute allows 2 acts within 60s, and 3 were done; the next is possible in 41s",
      one: limited({ perMinute: 2 }, other, anEntry({ atSeconds: NOW - 19.5 }), anEntry()),
    },
    {
      says: "limits.per_minute allows 0 acts within 60s, and 1 was done",
      one: limited({ perMinute: 0 }, anEntry()),
    },
    {
      says: "limits.per_hour allows 1 act within 1h00m, and 1 would have been done; the next is possible in 50m",
      one: aCase(aLeaked(), {
        situation: aSituation([aLeaked()], dry),
        policy: aPolicy({ limits: { ...noLimits, perHour: 1 } }),
        leash: aLeash(anEntry({ mode: "dry_run", atSeconds: NOW - 600 })),
      }),
    },
    {
      says: "limits.share: 2.5% of 100 sessions allows 2 acts within 10m, and 2 were done; the next is possible in 9m",
      one: limited({ share: 0.025 }, anEntry({ atSeconds: NOW - 60 }), anEntry()),
    },
    {
      says: "limits.share: 0.1% of 100 sessions is less than one, which allows 1 act within 10m, and 1 was done; the next is possible in 10m",
      one: limited({ share: 0.001 }, anEntry()),
    },
    {
      says: "share of the rule incident: 1% of 100 sessions allows 1 act within 10m, and 1 was done; the next is possible in 10m",
      one: aCase(aLeaked(), { rule: aRule({ name: "incident", share: 0.01 }), leash: aLeash(anEntry()) }),
    },
    {
      says: "limits.per_look allows 1 act in one look; the next is possible at the next look",
      one: { ...limited({ perLook: 1 }), planned: ["another rule"] },
    },
    {
      says: "limits.per_look of the rule everything allows 2 acts in one look; the next is possible at the next look",
      one: rated({ perLook: 2 }, ["everything", "everything"]),
    },
    {
      says: "limits.per_minute of the rule everything allows 1 act within 60s, and 1 was done; the next is possible in 50s",
      one: rated({ perMinute: 1 }, [], other, anEntry({ atSeconds: NOW - 10 })),
    },
    {
      says: "limits.per_hour of the rule everything allows 1 act within 1h00m, and 1 was done; the next is possible in 1h00m",
      one: rated({ perHour: 1, perMinute: 1 }, [], other, anEntry()),
    },
    {
      says: "limits.cool_down: a session of the same role, application and client was ended less than 10s ago; the next is possible in 10s at most",
      one: limited({ coolDownSeconds: 10 }, anEntry()),
    },
  ])("$says", ({ says, one }) => {
    expect(budget.map(({ why }) => why(one)).filter((why) => why !== null)).toEqual([says]);
  });
});
