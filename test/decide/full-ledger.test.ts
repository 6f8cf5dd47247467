import { expect, test } from "vitest";

import { decide } from "../../src/decide/decide.ts";
import type { Leash } from "../../src/decide/leash.ts";
import { builtInFloors } from "../../src/decide/policy.ts";
import type { SpareReason } from "../../src/decide/reason.ts";
import {
  aLeash,
  anEntry,
  anOpenBreaker,
  aPolicy,
  aRule,
  aSituation,
  leakedSessions,
  noLimits,
  NOW,
} from "../support/a-case.ts";
import { reasonsOf } from "../support/decided.ts";

const SUSPECTS = 1000;

/** Of our own process, whatever else the machine does: a ledger that is read anew for each suspect and rule takes a minute. */
const MOST_CPU_SECONDS = 5;

const rules = Array.from({ length: 100 }, (_, index) => aRule({ name: `rule ${index}` }));

/** One less than a ledger can hold, each of a holder of its own. */
const entries = Array.from({ length: 9999 }, (_, index) =>
  anEntry({
    atSeconds: NOW - 3000 + index / 5,
    rule: `rule ${index % 100}`,
    episode: `idle_in_transaction/${index}/a/b`,
    holder: { usename: "app", applicationName: `job-${index}`, clientAddr: "10.0.0.7" },
  }),
);

/** The limit that asks last is the first that is used up. */
const limits = { ...noLimits, shareWindowSeconds: 3600, coolDownSeconds: 3600, perHour: 9999 };

const full = aLeash(...entries);
const open = { ...full, ledger: { ...full.ledger, breaker: anOpenBreaker() } };

test.for<readonly [SpareReason, Leash]>([
  ["rate_hour", full],
  ["breaker_open", open],
])(
  "E15: a full ledger, a look full of suspects and all the rules there may be hold up no look: %s",
  ([reason, leash]) => {
    const situation = aSituation(leakedSessions(SUSPECTS));
    const policy = aPolicy({ rules, limits });
    const before = process.cpuUsage();
    const { plan } = decide(situation, leash, { policy, floors: builtInFloors });
    const { user, system } = process.cpuUsage(before);
    expect(reasonsOf(plan)).toEqual(Array.from({ length: SUSPECTS }, () => reason));
    expect((user + system) / 1_000_000).toBeLessThan(MOST_CPU_SECONDS);
  },
);
