import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { alterRole } from "../../src/advise/alter-role.ts";
import { effectiveTimeouts, optedOut } from "../../src/advise/effective-timeouts.ts";
import { settingValue } from "../../src/advise/setting-value.ts";
import type { EmbeddedPostgres } from "../../src/demo/prepare-postgres.ts";
import { readTimeouts } from "../../src/observe/read-timeouts.ts";
import { timeoutNames, type TimeoutName, type Timeouts } from "../../src/observe/timeouts.ts";
import { startDeadline } from "../../src/postgres/deadline.ts";
import { checkedMajors } from "../support/checked-majors.ts";
import { connectTo, startServer } from "../support/real-postgres.ts";
import { openLooker } from "./looker.ts";

const hostile = "o'bri\"en; \\ DROP ROLE \u202e\n";

/** Roles and databases with each combination of settings of their own. */
const statements = [
  ...["shop", "dwh", "own"].map((name) => `CREATE DATABASE ${name}`),
  ...["plain", "by_role", "by_both", "opted_out", "pgleash"].map((name) => `CREATE ROLE ${name} LOGIN`),
  "CREATE ROLE parent NOLOGIN",
  "ALTER ROLE parent SET statement_timeout = '1ms'",
  "GRANT parent TO plain",
  "GRANT pg_monitor TO pgleash",
  "ALTER ROLE by_role SET idle_in_transaction_session_timeout = '1.5min'",
  "ALTER ROLE by_role SET statement_timeout = '1d'",
  "ALTER ROLE by_both SET idle_in_transaction_session_timeout = '7s'",
  "ALTER ROLE by_both IN DATABASE shop SET idle_in_transaction_session_timeout = 8123",
  "ALTER ROLE opted_out SET idle_in_transaction_session_timeout = 0",
  "ALTER ROLE opted_out IN DATABASE dwh SET statement_timeout = '0s'",
  "ALTER DATABASE dwh SET statement_timeout = '2h'",
  "ALTER DATABASE shop SET lock_timeout = '2500ms'",
  "ALTER DATABASE shop SET search_path = 'a=b', public",
  "ALTER DATABASE own SET statement_timeout = '3min'",
  "ALTER ROLE ALL SET lock_timeout = '4s'",
];

const roles = ["plain", "by_role", "by_both", "opted_out"];
const databases = ["postgres", "shop", "dwh"];

describe.for(checkedMajors())("the timeouts of PostgreSQL %s", (major) => {
  let server: EmbeddedPostgres;

  beforeAll(async () => {
    server = await startServer(major, { idle_in_transaction_session_timeout: "5min", lock_timeout: "9s" });
    const superuser = connectTo(server);
    for (const statement of statements) await superuser.unsafe(statement);
    await superuser.end();
  });
  afterAll(() => server.remove());

  async function read(place = { user: "pgleash", database: "postgres" }): Promise<Timeouts> {
    const looker = await openLooker(server, place);
    const timeouts = await readTimeouts(looker.session, startDeadline(5));
    await looker.close();
    return timeouts;
  }

  /** What a session that begins really has, in the unit of each setting. */
  async function shown(user: string, database: string, timeouts: Timeouts) {
    const session = connectTo(server, { user, database });
    const found = new Map<TimeoutName, number | null>();
    for (const { name, unit } of timeouts.server) {
      const [row] = await session.unsafe(`SHOW ${name}`);
      found.set(name, settingValue(String(row?.[name]), unit));
    }
    await session.end();
    return found;
  }

  test.for(roles.flatMap((role) => databases.map((database) => [role, database] as const)))(
    "of %s in %s are those that a session begins with",
    async ([role, database]) => {
      const timeouts = await read();
      const [told = []] = effectiveTimeouts(timeouts, [{ role, database }]);
      const really = await shown(role, database, timeouts);
      const known = told.filter(({ value }) => value !== null);
      expect(Object.fromEntries(known.map(({ name, value }) => [name, value]))).toEqual(
        Object.fromEntries([...really].filter(([name]) => known.some((one) => one.name === name))),
      );
      expect(known.map(({ name }) => name)).toEqual(
        expect.arrayContaining(["statement_timeout", "lock_timeout"]),
      );
    },
  );

  test("are those that the version knows", async () => {
    const { server: known, version } = await read();
    const since = {
      idle_session_timeout: 140_000,
      client_connection_check_interval: 140_000,
      transaction_timeout: 170_000,
    };
    const expected = timeoutNames.filter((name) => {
      const first = Object.entries(since).find(([one]) => one === name)?.[1] ?? 0;
      return version >= first;
    });
    expect(new Set(known.map(({ name }) => name))).toEqual(new Set(expected));
  });

  test("tell who opted out", async () => {
    const settings = optedOut(await read()).map(({ role, database, name }) => ({ role, database, name }));
    expect(settings).toHaveLength(2);
    expect(settings).toEqual(
      expect.arrayContaining([
        { role: "opted_out", database: "dwh", name: "statement_timeout" },
        { role: "opted_out", database: null, name: "idle_in_transaction_session_timeout" },
      ]),
    );
  });

  test("do not take our own settings for the server's", async () => {
    const timeouts = await read({ user: "pgleash", database: "own" });
    const [told = []] = effectiveTimeouts(timeouts, [{ role: "plain", database: "postgres" }]);
    expect(told.find(({ name }) => name === "statement_timeout")).toMatchObject({
      value: null,
      origin: "server",
    });
    expect(told.find(({ name }) => name === "idle_in_transaction_session_timeout")).toMatchObject({
      value: 300_000,
    });
  });

  test("are set by the statement that is advised, whatever the name of the role", async () => {
    const superuser = connectTo(server);
    await superuser.unsafe(`CREATE ROLE "${hostile.replaceAll('"', '""')}" LOGIN`);
    const statement = alterRole(hostile, 5400);
    expect(statement).toMatch(/^[\x20-\x7e]+$/);
    await superuser.unsafe(statement);
    await superuser.end();
    const { settings } = await read();
    expect(settings.find(({ role }) => role === hostile)).toMatchObject({ value: "90min", database: null });
  });
});
