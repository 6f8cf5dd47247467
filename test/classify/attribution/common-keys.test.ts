import * as fc from "fast-check";
import { expect, test } from "vitest";

import { commonKeys } from "../../../src/classify/attribution/common-keys.ts";

type Said = Readonly<Record<string, string>>;

function common(...said: readonly Said[]): Said {
  return Object.fromEntries(commonKeys(said.map((keys) => new Map(Object.entries(keys)))));
}

const cart = { route: "/cart", application: "shop" };
const pay = { controller: "pay", action: "show", application: "shop" };

test("what more than half of the sessions say is common to them, the whole of it", () => {
  expect(common(pay, cart, pay)).toEqual(pay);
  expect(common(cart, {}, {}, {})).toEqual(cart);
  expect(common()).toEqual({});
  expect(common({}, {})).toEqual({});
});

test("what half of them say is disputed, and what they agree on is not", () => {
  expect(common(pay, cart)).toEqual({ application: "shop" });
  expect(common(pay, pay, cart, { ...cart, route: "/" })).toEqual({ application: "shop" });
  expect(common({ route: "/a" }, { route: "/b" }, { job: "c" })).toEqual({});
});

test("the route of one never stands beside the controller of another", () => {
  const routed = { route: "/a" };
  const ruled = { controller: "b" };
  expect(common(routed, ruled)).toEqual({});
  expect(common(routed, routed, routed, ruled, ruled)).toEqual(routed);
  // Three of five say each of the two, but only one says both.
  expect(common(routed, routed, { ...routed, ...ruled }, ruled, ruled)).toEqual(routed);
});

test("a minority does not win because all others disagree with one another", () => {
  expect(common({ route: "/a" }, { route: "/a" }, { route: "/b" }, { route: "/c" }, { route: "/d" })).toEqual(
    {},
  );
});

test("what differs from statement to statement has no say, and is not shown", () => {
  const traced = (n: number): Said => ({ ...cart, traceparent: `t${n}`, line: `${n}` });
  expect(common(traced(1), traced(2), traced(3))).toEqual(cart);
  expect(common({ traceparent: "t1" }, { traceparent: "t2" }, cart)).toEqual(cart);
});

test("a key of which the values differ does not hide the place", () => {
  const tenants = ["a", "b", "c", "d"].map((tenant) => ({ ...pay, tenant }));
  expect(common(...tenants, cart)).toEqual(pay);
});

test("whatever is common, more than half of those that said anything said all of it", () => {
  const said = fc.array(
    fc.dictionary(
      fc.constantFrom("route", "controller", "action", "application", "tenant"),
      fc.constantFrom("a", "b"),
      { noNullPrototype: true },
    ),
    { maxLength: 9 },
  );
  fc.assert(
    fc.property(said, (all) => {
      const found = Object.entries(common(...all));
      const speaking = all.filter((keys) => Object.keys(keys).length > 0);
      const together = speaking.filter((keys) => found.every(([key, value]) => keys[key] === value));
      expect(found.length === 0 || together.length > speaking.length / 2).toBe(true);
    }),
    { numRuns: 5000 },
  );
});

test("the order of the sessions does not matter", () => {
  const sessions = [cart, pay, pay, { ...pay, action: "edit" }, cart, pay];
  expect(common(...sessions.toReversed())).toEqual(common(...sessions));
});
