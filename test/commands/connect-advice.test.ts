import { expect, test } from "vitest";

import { connectAdvice } from "../../src/commands/connect-advice.ts";
import { PostgresFailure } from "../../src/postgres/failure.ts";
import { aConnection } from "../support/a-connection.ts";

test.for([
  { code: "28000", reason: "auth", run: ["SELECT * FROM pg_hba_file_rules;"] },
  {
    code: "28000",
    reason: "auth",
    message: 'role "o"hara" does not exist',
    run: ['CREATE ROLE "o""hara" LOGIN;', 'GRANT pg_monitor TO "o""hara";'],
  },
  { code: "3D000", reason: "auth", run: ["SELECT datname FROM pg_database;"] },
  {
    code: "53300",
    reason: "exhausted",
    run: ["SELECT usename, state, count(*) FROM pg_stat_activity GROUP BY 1, 2 ORDER BY 3 DESC;"],
  },
  {
    code: "53300",
    reason: "exhausted",
    message: 'too many connections for role "o"hara"',
    run: [
      "SELECT application_name, client_addr, state, count(*) FROM pg_stat_activity WHERE usename = 'o\"hara' GROUP BY 1, 2, 3;",
      'ALTER ROLE "o""hara" CONNECTION LIMIT n;',
    ],
  },
  {
    code: "42501",
    reason: "permission",
    message: 'permission denied for database "postgres"',
    run: ['GRANT CONNECT ON DATABASE "postgres" TO "o""hara";'],
  },
  { code: "42501", reason: "permission", run: [] },
  // A file of ours, such as that of PGSSLROOTCERT: whether the server is ready tells nothing of it.
  { code: "ENOENT", reason: "connect", message: "TLS: /nosuch: there is no such file", run: [] },
  { code: "ENOTFOUND", reason: "connect", run: [String.raw`getent hosts 'a;b'\''c'`] },
  { code: "EAI_AGAIN", reason: "connect", run: [String.raw`getent hosts 'a;b'\''c'`] },
  { code: "ECONNREFUSED", reason: "connect", run: [String.raw`pg_isready --host='a;b'\''c' --port=5433`] },
  { code: undefined, reason: "timeout", run: [String.raw`pg_isready --host='a;b'\''c' --port=5433`] },
  { code: "constructor", reason: "connect", run: [] },
  { code: undefined, reason: "protocol", run: [] },
] as const)("what to run where connecting failed with $code ($reason)", ({ code, reason, run, ...more }) => {
  const connection = aConnection({ host: "a;b'c", port: 5433 }, { user: 'o"hara' });
  const failure = new PostgresFailure(reason, "message" in more ? more.message : "why", { code });
  expect(connectAdvice(failure, connection, null)).toEqual({ words: null, run });
});

test("a socket that is not there is asked for", () => {
  const failure = new PostgresFailure("connect", "why", { code: "ENOENT" });
  const connection = aConnection({ host: "/run/pg", port: 5433 });
  expect(connectAdvice(failure, connection, null).run).toEqual(["pg_isready --host=/run/pg --port=5433"]);
});

test.for([
  [{ type: "given", secret: "hunter2" }, "check the password in the connection string, PGPASSWORD or the "],
  [{ type: "passfile", path: "/home/me/.pgpass" }, "check the password there; "],
] as const)("a wrong password is looked at before it is changed for everybody: %j", ([password, begin]) => {
  const failure = new PostgresFailure("auth", "why", { code: "28P01" });
  const connection = aConnection({ host: "db1", port: 5432 }, { password, user: 'o"hara' });
  const { words, run } = connectAdvice(failure, connection, null);
  expect(run).toEqual([]);
  expect(words?.startsWith(begin)).toBe(true);
  expect(words).toMatch(/only a role that has none yet needs \\password "o""hara"$/);
  expect(words).not.toContain("hunter2");
});

test("the role that setup-sql creates is created by it", () => {
  const failure = new PostgresFailure("auth", 'role "pgleash" does not exist', { code: "28000" });
  const connection = aConnection({ host: "db1", port: 5432 });
  expect(connectAdvice(failure, connection, null)).toEqual({
    words: null,
    run: ["pgleash setup-sql | psql -v ON_ERROR_STOP=1"],
  });
});
