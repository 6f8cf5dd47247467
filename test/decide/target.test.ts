import { expect, test } from "vitest";

import { targetOf } from "../../src/decide/target.ts";
import { aLeaked } from "../support/a-case.ts";

const commentKeys = new Map([["route", "/checkout"]]);

test("E4: a policy sees what the session says now, never what one before it may have said", () => {
  expect(targetOf("main", aLeaked(1, { commentKeys })).commentKeys).toEqual(commentKeys);
  expect(targetOf("main", aLeaked(1, { commentKeys, hasCurrentKeys: false })).commentKeys.size).toBe(0);
});

test("E4: a policy sees how bad a leak is now, not how bad it was", () => {
  expect(targetOf("main", aLeaked(1, { severity: "leaked", severityNow: "suspect" })).severity).toBe(
    "suspect",
  );
});
