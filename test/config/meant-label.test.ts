import { expect, test } from "vitest";

import { meantLabel } from "../../src/config/meant-label.ts";

const labels = ["server", "datname", "usename", "application_name", "client_addr", "kind", "state"];

test.for([
  ["user", "usename"],
  ["USER", "usename"],
  ["role", "usename"],
  ["db", "datname"],
  ["database", "datname"],
  ["app", "application_name"],
  ["application", "application_name"],
  ["host", "client_addr"],
  ["ip", "client_addr"],
  ["client", "client_addr"],
] as const)("what others call %s is %s here", ([word, label]) => {
  expect(meantLabel(word, labels)).toBe(label);
});

test.for([
  ["username", "usename"],
  ["dataname", "datname"],
  ["application-name", "application_name"],
  ["sate", "state"],
] as const)("%s is near to %s", ([word, label]) => {
  expect(meantLabel(word, labels)).toBe(label);
});

test.for(["", "x", "constructor", "wait_event_type", "z".repeat(100)])("nothing is near to %j", (word) => {
  expect(meantLabel(word, labels)).toBeUndefined();
});

test("a label that there is not here is not proposed", () => {
  expect(meantLabel("host", ["usename", "datname"])).toBeUndefined();
});
