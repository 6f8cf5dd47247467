import { expect, test } from "vitest";

import { originOf } from "../../src/expose/origin.ts";

test.for([
  { keys: { route: "/checkout", controller: "orders", job: "nightly" }, name: "route", text: "/checkout" },
  { keys: { controller: "orders", action: "create", job: "nightly" }, name: "action", text: "orders#create" },
  { keys: { controller: "orders" }, name: "action", text: "orders" },
  { keys: { action: "create" }, name: "action", text: "create" },
  { keys: { job: "nightly", framework: "rails" }, name: "job", text: "nightly" },
])("$keys come from $text", ({ keys, name, text }) => {
  expect(originOf(new Map(Object.entries(keys)))).toEqual({ name, text });
});

test("other keys say nothing of a place", () => {
  expect(originOf(new Map([["framework", "rails"]]))).toBeNull();
  expect(originOf(new Map())).toBeNull();
});
