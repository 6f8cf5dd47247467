import { expect, test } from "vitest";

import { summarize, type ToldAttempt } from "../../../src/postgres/attempts/attempt-summary.ts";
import { PostgresFailure, type FailureReason } from "../../../src/postgres/failure.ts";

type Words = { readonly host?: string; readonly hostAddress?: string; readonly isEncrypted?: boolean };

function told(
  message: string,
  words: Words = {},
  reason: FailureReason = "connect",
  code?: string,
): ToldAttempt {
  const { host = "db1", hostAddress, isEncrypted = false } = words;
  return {
    address: { host, hostAddress, port: 5432 },
    isEncrypted,
    failure: new PostgresFailure(reason, message, { code }),
  };
}

test("one attempt fails as it failed", () => {
  const only = told("refused", {}, "auth", "28P01");
  expect(summarize([only])).toBe(only.failure);
});

test("the same twice, with TLS and without, is told once", () => {
  const second = told("password authentication failed", {}, "auth");
  const first = told("password authentication failed", { isEncrypted: true }, "auth");
  expect(summarize([first, second])).toBe(second.failure);
});

test("two ways to the same address are told apart", () => {
  const { message } = summarize([told("no TLS for you", { isEncrypted: true }), told("no entry")]);
  expect(message).toBe("with TLS: no TLS for you; without TLS: no entry");
});

test("each address is told, and the last one decides what kind of failure it is", () => {
  const failure = summarize([
    told("nobody listens", { hostAddress: "10.0.0.1" }),
    told("nobody listens", { hostAddress: "10.0.0.2" }),
    told("is read-only", { host: "::1", hostAddress: "::1" }),
    told("no such role", { host: "/run/postgresql" }, "auth", "28000"),
  ]);
  expect(failure).toMatchObject({ reason: "auth", code: "28000" });
  expect(failure.message).toBe(
    "db1:5432 (10.0.0.1): nobody listens; db1:5432 (10.0.0.2): nobody listens; [::1]:5432: is read-only; /run/postgresql:5432: no such role",
  );
});

test("the line is bounded and printable, whatever the hosts are called", () => {
  const long = Array.from({ length: 30 }, (_, index) =>
    told("x".repeat(400), { host: `h${index}\n${"y".repeat(300)}` }),
  );
  const { message } = summarize(long);
  expect(message.length).toBeLessThan(1100);
  expect(message).toMatch(/^h0\\x0ay+:5432: x+…; h1\\x0ay+:5432: x+…; and 28 more$/);
});

test("a second walk over the same hosts is not told twice", () => {
  const walk = [told("it is no standby"), told("nobody listens", { host: "db2" })];
  expect(summarize([...walk, ...walk]).message).toBe("db1:5432: it is no standby; db2:5432: nobody listens");
});
