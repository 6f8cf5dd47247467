import { expect, test } from "vitest";

import { createLease } from "../../src/act/lease.ts";
import type { Leashing } from "../../src/cycle.ts";
import { startDeadline } from "../../src/postgres/deadline.ts";
import { leashingOf } from "../../src/watch/leashing.ts";
import { aLeashSettings } from "../support/a-watch.ts";
import { aProbe } from "../support/a-view.ts";
import { configOf } from "../support/config-text.ts";

const rules = `policy:
  rules:
    - { name: leaks, action: terminate, match: ['kind="idle_in_transaction"', 'usename="app"'], min_age: 1h }
`;

function leashing(policyOf: string, isAnnounced: boolean): Leashing | null {
  return leashingOf("main", aLeashSettings({ policy: configOf(policyOf).policy }), {
    lease: createLease(),
    probe: aProbe(),
    pollSeconds: 10,
    deadline: startDeadline(10),
    stopping: new AbortController().signal,
    isAnnounced,
    remember: () => undefined,
  });
}

test("without rules nothing is decided", () => {
  expect(leashing("", false)).toBeNull();
  expect(leashing(rules, false)).toMatchObject({ server: "main", pollSeconds: 10 });
});

test("E10: what rules announced that are gone is withdrawn first: it is no notice for rules that come back", () => {
  expect(leashing("", true)?.policy.rules).toEqual([]);
});
