import { expect, test } from "vitest";

import { statusLine } from "../../src/commands/status-line.ts";

const kinds = ["idle_in_transaction", "stale_active", "pool_overgrown"] as const;
const slots = ["12 of 115 slots used"];
const long =
  "3s: 12 of 115 slots used; 1 of 3 kinds found; still to come: idle_in_transaction, pool_overgrown";

test("names what is to come where there is room for it, else says how many they are", () => {
  const progress = { seconds: 3, slots, kinds, found: new Map([["stale_active", 2]] as const) };
  expect(statusLine(progress, Infinity)).toBe(long);
  expect(statusLine(progress, long.length)).toBe(long);
  const short = "3s: 12 of 115 slots used; 1 of 3 kinds found, 2 to come";
  expect(statusLine(progress, long.length - 1)).toBe(short);
  expect(statusLine(progress, 10)).toBe(short);
});

test("says when the last was found, and nothing of slots while the server cannot be looked at", () => {
  const found = new Map(kinds.map((kind, index) => [kind, 4 + index]));
  expect(statusLine({ seconds: 9, slots: [], kinds, found }, Infinity)).toBe(
    "9s: all 3 kinds found after 6s. Ctrl-C to stop.",
  );
});
