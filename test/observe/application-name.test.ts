import * as fc from "fast-check";
import { expect, test } from "vitest";

import { applicationClient } from "../../src/observe/application-name.ts";

test.for([
  { tail: "127.0.0.1:54594", clientAddress: "127.0.0.1" },
  { tail: "[2001:db8::1]:54594", clientAddress: "2001:db8::1" },
  { tail: "[::ffff:10.0.0.7]:1", clientAddress: "::ffff:10.0.0.7" },
  { tail: "2001:db8::1:54594", clientAddress: "2001:db8::1" },
  { tail: "1:2:3:4:5:6:7:8:54594", clientAddress: "1:2:3:4:5:6:7:8" },
  { tail: "unix:6432", clientAddress: "unix" },
  { tail: "unix(1234@db1):6432", clientAddress: "unix" },
  { tail: "unix(1234@/tmp):6432", clientAddress: "unix" },
])("PgBouncer's client $tail is told from the application", ({ tail, clientAddress }) => {
  expect(applicationClient(`orders - api - ${tail}`)).toEqual({
    applicationName: "orders - api",
    clientAddress,
  });
});

test.for([
  "",
  "orders",
  "orders - api",
  "job - 12:30:45",
  "10.0.0.7:5432",
  "a - 10.0.0.7",
  "a -10.0.0.7:1",
  "a - unix",
  " - ",
])("%j is a name and nothing else", (name) => {
  expect(applicationClient(name)).toEqual({ applicationName: name, clientAddress: null });
});

test("behind a chain of poolers the first one knew the client", () => {
  expect(applicationClient("app - 10.0.0.1:5 - unix(7@p1):6432 - [::1]:9")).toEqual({
    applicationName: "app",
    clientAddress: "10.0.0.1",
  });
});

test.for([
  { tail: " - 10.0.0.", clientAddress: null },
  { tail: " - 10.0.0.71", clientAddress: null },
  { tail: " - 10.0.0.71:", clientAddress: null },
  { tail: " - 10.0.0.71:54", clientAddress: "10.0.0.71" },
  { tail: " - [2001:db8:", clientAddress: null },
  { tail: " - 2001:db8::1", clientAddress: null },
  { tail: " - unix(1234@some", clientAddress: null },
])("an address that the server cut off ($tail) does not stay in the name", ({ tail, clientAddress }) => {
  const applicationName = "x".repeat(63 - tail.length);
  expect(applicationClient(applicationName + tail)).toEqual({ applicationName, clientAddress });
});

test("what only looks like a cut address stays in a shorter name", () => {
  expect(applicationClient("app - 10.0.0.71").applicationName).toBe("app - 10.0.0.71");
  expect(applicationClient("app - unix(1234@some").applicationName).toBe("app - unix(1234@some");
});

test("a name never grows, and what is left of it was its beginning", () => {
  const part = fc.constantFrom("app", " - ", "10.0.0.1", "[::1]", "unix", "(1@a)", ":", "5", "é", "::");
  fc.assert(
    fc.property(fc.array(part, { maxLength: 16 }), (parts) => {
      const name = parts.join("");
      expect(name.startsWith(applicationClient(name).applicationName)).toBe(true);
    }),
  );
});
