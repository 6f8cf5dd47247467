import { expect, test } from "vitest";

import { whoOf } from "../../src/expose/who.ts";
import { aBackend } from "../support/a-backend.ts";
import { aGroup } from "../support/a-view.ts";

test("a backend and its group are held by the same", () => {
  expect(whoOf(aBackend())).toEqual(whoOf(aGroup()));
  expect(whoOf(aBackend())).toEqual({ datname: "shop", usename: "app", application_name: "web-1" });
});

test("what the server hides becomes the empty label", () => {
  const hidden = { datname: null, usename: null, applicationName: null };
  expect(whoOf(hidden)).toEqual({ datname: "", usename: "", application_name: "" });
});
