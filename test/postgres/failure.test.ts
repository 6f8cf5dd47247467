import { describe, expect, test } from "vitest";

import { failureReasons, PostgresFailure, toAttemptFailure, toFailure } from "../../src/postgres/failure.ts";

function coded(code: unknown): Error {
  return Object.assign(new Error("what happened"), { code });
}

describe("the reason of a code", () => {
  test.for([
    ["28P01", "auth", "invalid_password"],
    ["28000", "auth", "invalid_authorization_specification"],
    ["3D000", "auth", "invalid_catalog_name"],
    ["42501", "permission", "insufficient_privilege"],
    ["53300", "exhausted", "too_many_connections"],
    ["57014", "timeout", "query_canceled"],
    ["57P01", "connect", "admin_shutdown"],
    ["57P02", "connect", "crash_shutdown"],
    ["57P03", "connect", "cannot_connect_now"],
    ["57P05", "connect", "idle_session_timeout"],
    ["08P01", "protocol", "protocol_violation"],
    ["08006", "connect", "connection_failure"],
    ["08004", "connect", "sqlserver_rejected_establishment_of_sqlconnection"],
    ["ECONNREFUSED", "connect", "nobody listens"],
    ["ECONNRESET", "connect", "cut off"],
    ["EPIPE", "connect", "written to a closed connection"],
    ["ABORT_ERR", "connect", "given up by ourselves"],
    ["ENOENT", "connect", "no such Unix socket, or no such certificate"],
    ["EACCES", "connect", "a Unix socket that we may not use"],
    ["ENOTFOUND", "connect", "no such host"],
    ["EAI_AGAIN", "connect", "no name server"],
    ["EHOSTUNREACH", "connect", "no route"],
    ["ENETUNREACH", "connect", "no network"],
    ["CONNECT_TIMEOUT", "timeout", "the driver's word"],
    ["ETIMEDOUT", "timeout", "the system gave up"],
    ["42P01", "protocol", "undefined_table: a server that is none"],
    ["53100", "protocol", "disk_full: not foreseen"],
    ["XX000", "protocol", "internal_error"],
    ["", "protocol", "an empty code"],
    ["toString", "protocol", "a name that every object has"],
  ] as const)("%s is %s (%s)", ([code, reason]) => {
    const failure = toFailure(coded(code));
    expect([failure.reason, failure.code, failure.message]).toEqual([reason, code, "what happened"]);
  });

  test.for([
    { what: "a number for a code", thrown: coded(28) },
    { what: "no code", thrown: new TypeError("x is not a function") },
    { what: "a text", thrown: "something" },
    { what: "nothing", thrown: undefined },
    { what: "null", thrown: null },
  ])("is protocol for $what", ({ thrown }) => {
    expect(toFailure(thrown)).toMatchObject({ reason: "protocol", code: undefined });
  });
});

test.for([
  [{ code: "ECONNREFUSED", address: "127.0.0.1", port: 5432 }, "127.0.0.1:5432 (ECONNREFUSED)"],
  [{ code: "ECONNREFUSED", address: "::1", port: 5432 }, "[::1]:5432 (ECONNREFUSED)"],
  [{ code: "ECONNREFUSED", address: "/run/.s.PGSQL.5432" }, "/run/.s.PGSQL.5432 (ECONNREFUSED)"],
  [{ code: "ENOENT", address: "/run/.s.PGSQL.5432" }, "/run/.s.PGSQL.5432: there is no such socket (ENOENT)"],
] as const)("whoever does not listen is named, by %j", ([details, place]) => {
  const failure = toFailure(Object.assign(new Error("connect E"), { syscall: "connect", ...details }));
  expect(failure).toMatchObject({
    reason: "connect",
    code: details.code,
    message: `nothing listens on ${place}`,
  });
});

test("what fails at connecting in another way keeps the system's words", () => {
  const details = { syscall: "connect", code: "EHOSTUNREACH", address: "10.0.0.1", port: 5432 };
  expect(toFailure(Object.assign(new Error("connect E"), details)).message).toBe("connect E");
});

test.for([
  ["CONNECTION_CLOSED", "the server closed the connection"],
  ["CONNECTION_DESTROYED", "the connection was given up"],
  ["ERR_STREAM_DESTROYED", "the connection was closed"],
  ["CONNECTION_ENDED", "the connection was given up"],
] as const)("the driver's %s is told in other words, without a place that it made up", ([code, message]) => {
  expect(toFailure(coded(code))).toMatchObject({ reason: "connect", code, message });
});

test("what the server says itself is told from what befell us", () => {
  expect(toFailure(Object.assign(coded("28P01"), { severity: "FATAL" }))).toMatchObject({
    isFromServer: true,
  });
  // As PgBouncer sends it.
  expect(toFailure(Object.assign(coded("08P01"), { severity_local: "FATAL" }))).toMatchObject({
    isFromServer: true,
    isRefusal: false,
  });
  expect(toFailure(coded("ECONNRESET"))).toMatchObject({ isFromServer: false });
});

test("the end of an attempt keeps all that is known of the failure", () => {
  const refused = toFailure(Object.assign(coded("28P01"), { severity: "FATAL" }));
  const ended = toAttemptFailure("login_refused", refused, " (from a file)");
  expect(ended).toMatchObject({
    end: "login_refused",
    reason: "auth",
    code: "28P01",
    message: "what happened (from a file)",
    isFromServer: true,
    isRefusal: false,
    cause: refused.cause,
  });
  expect(toAttemptFailure("failed", ended)).toBe(ended);
});

test("a failure is passed on as it is", () => {
  const failure = new PostgresFailure("exhausted", "full", { code: "53300" });
  expect(toFailure(failure)).toBe(failure);
});

test("the error that was thrown stays as the cause", () => {
  const thrown = coded("28P01");
  expect(toFailure(thrown).cause).toBe(thrown);
});

test("a name with several addresses fails for the reason of the first", () => {
  // What Node throws when every address of a host refuses (RFC 8305); its own message is empty.
  const all = new AggregateError([coded("ECONNREFUSED"), coded("ENETUNREACH")], "");
  expect(toFailure(all)).toMatchObject({ reason: "connect", code: "ECONNREFUSED", message: "what happened" });
  expect(toFailure(new AggregateError([], "none"))).toMatchObject({ reason: "protocol", message: "none" });
});

test("every reason is reached by some code", () => {
  const reached = ["08006", "28P01", "42501", "57014", "XX000", "53300"].map(
    (code) => toFailure(coded(code)).reason,
  );
  expect(reached).toEqual(failureReasons);
});
