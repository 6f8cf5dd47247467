import { describe, expect, test } from "vitest";

import { failureReasons, PostgresFailure, toFailure } from "../../src/postgres/failure.ts";

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
  ["CONNECTION_CLOSED", "the server closed the connection"],
  ["CONNECTION_DESTROYED", "the connection was given up"],
  ["CONNECTION_ENDED", "the connection was given up"],
] as const)("the driver's %s is told in other words, without a place that it made up", ([code, message]) => {
  expect(toFailure(coded(code))).toMatchObject({ reason: "connect", code, message });
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
