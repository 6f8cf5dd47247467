import * as fc from "fast-check";
import { expect, test } from "vitest";

import { commonKeys } from "../../../src/classify/attribution/common-keys.ts";

type Said = Readonly<Record<string, string>>;

function common(...said: readonly Said[]): Said {
  return Object.fromEntries(commonKeys(said.map((keys) => new Map(Object.entries(keys)))));
}

const cart = { route: "/cart", application: "shop" };
const pay = { controller: "pay", action: "show", application: "shop" };

function times(count: number, keys: Said): readonly Said[] {
  return Array.from({ length: count }, () => keys);
}

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

test("who names no place has no say in it, and says nothing of those that do", () => {
  const driver = { db_driver: "pg", framework: "x" };
  const checkout = { route: "/checkout", application: "shop" };
  expect(common(...times(9, checkout), ...times(10, driver))).toEqual(checkout);
  expect(common(...times(9, cart), ...times(4, { route: "/b" }), ...times(10, driver))).toEqual(cart);
  expect(common(...times(9, cart), ...times(9, { route: "/b" }), ...times(20, driver))).toEqual(driver);
});

test("but of many sessions, one or two are too few to name the place of all", () => {
  const driver = { db_driver: "pg" };
  expect(common(...times(2, cart), ...times(4, driver))).toEqual(driver);
  expect(common(...times(2, cart), driver)).toEqual(cart);
  expect(common(...times(3, cart), ...times(17, driver))).toEqual(cart);
});

const places: ReadonlySet<string> = new Set(["route", "controller", "action"]);

test("whatever is common, more than half of those that name a place, or say anything, said all of it", () => {
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
      const namesPlace = found.some(([key]) => places.has(key));
      const speaking = all.filter((keys) => Object.keys(keys).some((key) => !namesPlace || places.has(key)));
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
