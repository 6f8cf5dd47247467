import { expect, test } from "vitest";

import { checkKinds } from "../../src/classify/kind-check.ts";
import { detectors } from "../../src/classify/detectors/index.ts";
import { anIdleTransaction, seen } from "../support/a-sighting.ts";
import { rules, thresholds } from "../support/thresholds.ts";

test("every detector is asked, also those that know nothing of the session", () => {
  const backend = anIdleTransaction({ stateSeconds: 7, xactSeconds: 8 });
  const checks = checkKinds(seen(backend), rules);
  expect(checks.map(({ kind }) => kind)).toEqual(detectors.map(({ kind }) => kind));
  expect(checks.filter(({ ageSeconds }) => ageSeconds !== null)).toEqual([
    {
      kind: "idle_in_transaction",
      threshold: thresholds.idle_in_transaction,
      period: backend.stateChange,
      ageSeconds: 7,
      severity: null,
      unexpectedSeverity: null,
      expectation: null,
    },
  ]);
});

test("a threshold is the one that holds for this very session", () => {
  const own = { enabled: true, suspectAfterSeconds: 5, leakedAfterSeconds: 6 };
  const overridden = {
    ...rules,
    overrides: [{ matches: () => true, thresholds: { idle_in_transaction: own } }],
  };
  const backend = anIdleTransaction({ stateSeconds: 7, xactSeconds: 8 });
  const check = checkKinds(seen(backend), overridden).find(({ kind }) => kind === "idle_in_transaction");
  expect(check).toMatchObject({ threshold: own, severity: "leaked" });
});
