import { expect, test } from "vitest";

import {
  guards,
  guardsAfterNotice,
  guardsBeforeNotice,
  guardsOfNotice,
} from "../../src/decide/guards/index.ts";
import { spareReasons } from "../../src/decide/reason.ts";

/** What is decided before there is a case to ask guards about, and what comes while acts are carried out. */
const withoutGuard = ["not_a_session", "no_rule", "stopping"];

test("E34: each reason has one guard, and they ask in the order of the reasons", () => {
  const reasons = spareReasons.filter((reason) => !withoutGuard.includes(reason));
  expect(guards.map(({ reason }) => reason)).toEqual(reasons);
});

test("E2: the dry run is the last guard, and no permit is asked about before a leak is announced", () => {
  expect(guards.at(-1)?.reason).toBe("dry_run");
  // Whoever cannot act at all is told so, rather than of a notice that does not run.
  expect(guardsOfNotice.map(({ reason }) => reason)).toEqual([
    "breaker_open",
    "pooled",
    "no_privilege",
    "audit_failing",
  ]);
  expect(guardsAfterNotice[0]?.reason).toBe("announced");
  expect(guards).toEqual([...guardsBeforeNotice, ...guardsOfNotice, ...guardsAfterNotice]);
});
