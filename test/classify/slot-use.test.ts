import { expect, test } from "vitest";

import { classify } from "../../src/classify/classify.ts";
import { emptyMemory } from "../../src/classify/memory.ts";
import { aSnapshot, lookOf } from "../support/a-snapshot.ts";
import { aGroup } from "../support/a-view.ts";
import { judging } from "../support/thresholds.ts";

test("of the usable slots those are used that somebody has a session in, and our own", () => {
  const groups = [aGroup({ sessions: 12 }), aGroup({ folded: true, sessions: 7 })];
  const verdict = classify(lookOf(aSnapshot({ groups })), emptyMemory(), { ...judging, usableSlots: 97 });
  expect(verdict.slots).toEqual({ used: 20, limit: 97 });
});
