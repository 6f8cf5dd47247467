import { expect, test } from "vitest";

import { placesAt } from "../../src/commands/timeouts-of-servers.ts";

const shop = [{ usename: "app", datname: "shop" }];
const dwh = [{ usename: "etl", datname: "dwh" }];

test("a server is asked about the roles that were seen there", () => {
  const seen = new Map([
    ["db1", shop],
    ["db2", dwh],
  ]);
  expect(placesAt("db2", { seen, isOnlyServer: false })).toBe(dwh);
  expect(placesAt("db3", { seen, isOnlyServer: false })).toEqual([]);
});

test("the only server is the only one of the recordings, under any name, and never one of several", () => {
  expect(placesAt("orders", { seen: new Map([["db1", shop]]), isOnlyServer: true })).toBe(shop);
  expect(placesAt("orders", { seen: new Map([["db1", shop]]), isOnlyServer: false })).toEqual([]);
  const several = new Map([
    ["db1", shop],
    ["db2", dwh],
  ]);
  expect(placesAt("orders", { seen: several, isOnlyServer: true })).toEqual([]);
  expect(placesAt("orders", { seen: new Map(), isOnlyServer: true })).toEqual([]);
});
