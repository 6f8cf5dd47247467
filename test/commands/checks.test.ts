import { describe, expect, test } from "vitest";

import { checksOf, type Check } from "../../src/commands/checks.ts";
import { doctorText } from "../../src/commands/doctor-text.ts";
import type { Examination } from "../../src/commands/examine.ts";
import { PostgresFailure } from "../../src/postgres/failure.ts";
import { aConnection } from "../support/a-connection.ts";
import { aSnapshot } from "../support/a-snapshot.ts";
import { aGroup, aProbe, aReport } from "../support/a-view.ts";
import { configOf } from "../support/config-text.ts";

const noRules = { mode: null };

/** A server where all is well: four sessions, our own among them, and a hundred slots but three. */
function anExamination(overrides: Partial<Examination> = {}): Examination {
  const [server] = configOf("servers: [{ name: main, url: 'host=db1' }]").servers;
  if (server === undefined) throw new Error("expected a server");
  const snapshot = aSnapshot({ groups: [aGroup()] });
  return {
    server: { ...server, connection: aConnection({ host: "db1", port: 5432 }) },
    place: { host: "db1", hostAddress: "10.0.0.7", port: 5432 },
    connectSeconds: 0.012,
    probe: aProbe(),
    inspection: {
      tls: null,
      trackActivities: true,
      trackActivityQuerySize: 4096,
      mayUseReservedSlots: false,
      quotedUser: "pgleash",
    },
    look: { seconds: 0.034, report: aReport({ snapshot, slots: { used: 4, limit: 97 } }) },
    failure: null,
    ...overrides,
  };
}

function checkOf(name: Check["check"], examination: Examination): Check | undefined {
  return checksOf(examination, noRules).find(({ check }) => check === name);
}

describe("the checks", () => {
  test("tell the address behind a name, and where all is well nothing to run", () => {
    const checks = checksOf(anExamination(), noRules);
    expect(checks.map(({ check, status }) => `${check} ${status}`)).toEqual([
      "connect ok",
      "server ok",
      "sessions ok",
      "statements ok",
      "slots ok",
    ]);
    expect(checks.flatMap(({ run }) => run)).toEqual([]);
    expect(checks[0]?.text).toBe("db1:5432 (10.0.0.7), without TLS, 12 ms");
    expect(checks[2]?.text).toBe("3 sessions seen, none hidden; a look took 34 ms of 5 s");
  });

  test.for([
    [true, " (a pooler refuses so, PostgreSQL does not: connect to the server itself)"],
    [false, ""],
  ] as const)("tell a pooler by its refusals, from the server itself: %s", ([isFromServer, words]) => {
    const why = new PostgresFailure("protocol", "not allowed", { code: "08P01", isFromServer });
    const failed = anExamination({ failure: { at: "connect", why } });
    expect(checkOf("connect", failed)?.text).toBe(`db1:5432: protocol: not allowed${words}`);
  });

  test("say behind a failure where to look", () => {
    const why = new PostgresFailure("auth", "refused", { code: "28P01" });
    const check = checkOf("connect", anExamination({ failure: { at: "connect", why } }));
    expect(check?.text).toMatch(/^db1:5432: auth: refused; check the password in the connection string, /);
    expect(check?.run).toEqual([]);
  });

  test("ask for the reserved slots where there are any, and the role may not have them", () => {
    const slots = { max_connections: 100, reserved_connections: 5, superuser_reserved_connections: 3 };
    const examination = anExamination({ probe: aProbe({ slots }) });
    expect(checkOf("slots", examination)).toMatchObject({
      status: "warning",
      run: ["GRANT pg_use_reserved_connections TO pgleash;"],
    });
    const { inspection } = examination;
    if (inspection === null) throw new Error("expected an inspection");
    const granted = { ...examination, inspection: { ...inspection, mayUseReservedSlots: true } };
    expect(checkOf("slots", granted)).toMatchObject({ status: "ok", run: [] });
  });

  test.for([
    { used: 77, status: "ok" },
    { used: 78, status: "warning" },
  ])("$used of 97 slots are $status", ({ used, status }) => {
    const look = { seconds: 0, report: aReport({ slots: { used, limit: 97 } }) };
    expect(checkOf("slots", anExamination({ look }))).toEqual({
      check: "slots",
      status,
      text: `${used} of 97 used`,
      run: [],
    });
  });

  test("evidence that the server refuses is a failure", () => {
    const look = { seconds: 0, report: aReport({ evidenceFailure: "permission denied" }) };
    expect(checkOf("sessions", anExamination({ look }))).toMatchObject({
      status: "failed",
      text: "prepared transactions and lock waits unseen: permission denied",
    });
  });

  test("a look that fails is one, and what it would have told is left out", () => {
    const failure = { at: "look" as const, why: new PostgresFailure("timeout", "no reply within 5.0 s") };
    const checks = checksOf(anExamination({ look: null, failure }), noRules);
    expect(checks.map(({ check }) => check)).toEqual(["connect", "server", "sessions", "statements"]);
    expect(checks[2]).toEqual({
      check: "sessions",
      status: "failed",
      text: "timeout: no reply within 5.0 s",
      run: [],
    });
  });

  test("behind a pooler, TLS is told as far as sslmode demands it", () => {
    const probe = aProbe({ pooled: true });
    const told = (mode: "disable" | "prefer" | "require"): string | undefined => {
      const examination = anExamination({ probe });
      const connection = aConnection({ host: "db1", port: 5432 }, { tls: { mode } });
      return checkOf("connect", { ...examination, server: { ...examination.server, connection } })?.text;
    };
    expect(told("disable")).toContain(", without TLS, ");
    expect(told("prefer")).toContain(", with TLS only if the pooler has it, ");
    expect(told("require")).toContain(", TLS, certificate not verified, ");
  });
});

describe("the text", () => {
  const check: Check = { check: "slots", status: "failed", text: "one two three four", run: ["SELECT 1;"] };

  test("is wrapped under itself, but for what is to be copied", () => {
    const run = ["SELECT a, b, c, d, e, f, g;"];
    expect(
      doctorText([{ server: "main", checks: [{ ...check, run }] }], { width: 40, isColoured: false }),
    ).toEqual([
      "main",
      "  failed   slots       one two three",
      "                       four",
      "                       run: SELECT a, b, c, d, e, f, g;",
      "",
      "something is wrong at 1 of 1 server",
    ]);
  });

  test("colours the status and nothing else", () => {
    const [, line] = doctorText([{ server: "failed", checks: [check] }], { width: 80, isColoured: true });
    expect(line).toBe("  \u001B[31mfailed\u001B[39m   slots       one two three four");
  });

  test("shows what users chose without its control characters", () => {
    const text = "role \u001B[2J\u202E";
    const checks = [{ ...check, text, run: [`GRANT x TO "\u001B[2J";`] }];
    const lines = doctorText([{ server: "ma\u0007in", checks }], { width: 80, isColoured: false });
    expect(lines.filter((line) => /[\p{Cc}\p{Cf}]/u.test(line))).toEqual([]);
    expect(lines[1]).toContain(String.raw`role \x1b[2J\u{202e}`);
  });

  test("counts servers and warnings", () => {
    const fine = { server: "a", checks: [{ ...check, status: "warning" as const }] };
    const options = { width: 80, isColoured: false };
    expect(doctorText([fine, fine], options).at(-1)).toBe("2 servers: fine, 2 warnings");
    expect(doctorText([fine, { server: "b", checks: [check] }], options).at(-1)).toBe(
      "something is wrong at 1 of 2 servers, 1 warning",
    );
  });
});
