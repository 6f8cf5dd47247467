import { expect, test } from "vitest";

import { poolWhoOf, whoOf } from "../../src/expose/who.ts";
import { aBackend } from "../support/a-backend.ts";
import { aGroup, anOvergrownPool } from "../support/a-view.ts";

test("a backend and its group are held by the same", () => {
  expect(whoOf(aBackend())).toEqual(whoOf(aGroup()));
  expect(whoOf(aBackend())).toEqual({ datname: "shop", usename: "app", application_name: "web-1" });
});

test("what the server hides becomes the empty label", () => {
  const hidden = { datname: null, usename: null, applicationName: null };
  expect(whoOf(hidden)).toEqual({ datname: "", usename: "", application_name: "" });
});

test("a pool is held by who its sessions have in common, and has the name that it was declared under", () => {
  expect(poolWhoOf(anOvergrownPool())).toEqual({
    datname: "shop",
    usename: "orders",
    application_name: "orders-api",
    pool: "",
  });
  const holder = { datname: "shop", usename: null, applicationName: null };
  expect(poolWhoOf(anOvergrownPool({ name: "orders", holder }))).toEqual({
    datname: "shop",
    usename: "",
    application_name: "",
    pool: "orders",
  });
});
