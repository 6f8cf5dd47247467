import { expect, test } from "vitest";

import { renamings } from "../../src/watch/renamed.ts";

const before = { servers: ["db1", "db2"], rules: ["forgotten", "stalled"] };

test("a server that went while another came may have been renamed", () => {
  expect(renamings(before, { ...before, servers: ["db3", "db2"] })).toEqual([
    { gone: ["db1"], come: ["db3"], message: expect.stringMatching(/^servers went and others came/u) },
  ]);
});

test("so may a rule", () => {
  expect(renamings(before, { ...before, rules: ["forgotten", "hung", "late"] })).toEqual([
    { gone: ["stalled"], come: ["hung", "late"], message: expect.stringMatching(/^rules went/u) },
  ]);
});

test.for([
  { why: "nothing changed", after: before },
  { why: "some only went", after: { servers: ["db2"], rules: ["stalled"] } },
  { why: "some only came", after: { servers: ["db0", "db1", "db2"], rules: ["a", ...before.rules] } },
  {
    why: "they stand in another order",
    after: { servers: ["db2", "db1"], rules: before.rules.toReversed() },
  },
])("nothing was renamed where $why", ({ after }) => {
  expect(renamings(before, after)).toEqual([]);
});

test("without rules nothing was counted, and at the start nothing was there", () => {
  expect(renamings({ ...before, rules: [] }, { servers: ["db3"], rules: ["new"] })).toEqual([]);
});
