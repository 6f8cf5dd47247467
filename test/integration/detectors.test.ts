import { setTimeout } from "node:timers/promises";

import type postgres from "postgres";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";

import type { LeakKind } from "../../src/classify/kind.ts";
import type { ThresholdRules } from "../../src/classify/thresholds.ts";
import { createWatchRole } from "../../src/demo/create-watch-role.ts";
import type { EmbeddedPostgres } from "../../src/demo/prepare-postgres.ts";
import { everyMs, quickThresholds, watchServer, type Watched } from "../support/a-watch.ts";
import { connectTo, postgresMajors, startServer } from "../support/real-postgres.ts";
import { watchStalls, type Stalls } from "../support/stalls.ts";
import { waitFor } from "../support/wait-for.ts";

vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

/** What a busy machine may add to a threshold and one look, beside what it stands still. */
const slackMs = 300;
const suspectAfterMs = 1000;

/**
 * Whoever is asked something all the time is idle in its transaction, and rightly a suspect of that, whenever a busy machine
 * keeps this process waiting for a second. Here it is to be named for its transaction alone.
 */
const never = { enabled: false, suspectAfterSeconds: 1, leakedAfterSeconds: 2 };
const withoutStalls: ThresholdRules = {
  ...quickThresholds,
  overrides: [
    {
      matches: ({ applicationName }) => applicationName?.startsWith("a transaction without end") === true,
      thresholds: { idle_in_transaction: never, stale_active: never },
    },
  ],
};

/** A mistake on a connection of its own. `commit` makes it and returns how to make it good. */
type Sin = {
  readonly name: string;
  readonly kind: LeakKind;
  readonly state: string;
  commit(sql: postgres.Sql): Promise<() => Promise<unknown>>;
};

const sins: readonly Sin[] = [
  {
    name: "a forgotten commit",
    kind: "idle_in_transaction",
    state: "idle in transaction/ClientRead",
    async commit(sql) {
      await sql.unsafe("BEGIN");
      return () => sql.unsafe("COMMIT");
    },
  },
  {
    name: "a swallowed error",
    kind: "idle_in_transaction_aborted",
    state: "idle in transaction (aborted)/ClientRead",
    async commit(sql) {
      await sql.unsafe("BEGIN");
      await sql.unsafe("SELECT 1 / 0").catch(() => []); // this is the mistake
      return () => sql.unsafe("ROLLBACK");
    },
  },
  {
    name: "an export that nobody reads",
    kind: "stalled_client",
    state: "active/ClientWrite",
    async commit(sql) {
      // More than the socket holds, and read within a second on a slow machine too: else it is a suspect again, as a stale statement.
      const rows = await sql.unsafe("COPY (SELECT generate_series(1, 300000)) TO STDOUT").readable();
      rows.on("error", () => {});
      return async () => rows.resume();
    },
  },
  {
    name: "an import whose sender stopped",
    kind: "stalled_client",
    state: "active/ClientRead",
    async commit(sql) {
      const rows = await sql.unsafe("COPY imported FROM STDIN").writable();
      rows.on("error", () => {});
      rows.write("1\n".repeat(1000));
      return async () => rows.end();
    },
  },
  {
    name: "a query whose caller has gone",
    kind: "stale_active",
    state: "active/PgSleep",
    async commit(sql) {
      const query = sql.unsafe("SELECT pg_sleep(3600)");
      query.catch(() => []);
      return async () => query.cancel();
    },
  },
  {
    name: "a transaction without end",
    kind: "long_transaction",
    state: "idle in transaction/ClientRead",
    async commit(sql) {
      await sql.unsafe("BEGIN");
      const stopped = new AbortController();
      const asking = askForEver(sql, stopped.signal);
      return async () => {
        stopped.abort();
        await asking;
        await sql.unsafe("COMMIT");
      };
    },
  },
];

describe.each(postgresMajors())("on PostgreSQL %s", (major) => {
  let server: EmbeddedPostgres;
  let admin: postgres.Sql;
  let watched: Watched;
  let stalls: Stalls;
  const clients: postgres.Sql[] = [];
  const begunMs = new Map<string, number>();
  const heals = new Map<string, () => Promise<unknown>>();

  beforeAll(async () => {
    server = await startServer(major);
    const place = { host: server.socketFolder, port: server.port };
    await createWatchRole(place);
    admin = connectTo(server);
    await admin.unsafe("CREATE ROLE sinner LOGIN");
    await admin.unsafe("CREATE DATABASE shop");
    const shop = connectTo(server, { database: "shop" });
    clients.push(shop);
    await shop.unsafe("CREATE TABLE imported (n int); GRANT INSERT ON imported TO sinner");
    stalls = await watchStalls();
    watched = watchServer(place, { thresholds: withoutStalls });
    await watched.look();
    await Promise.all(sins.flatMap((sin) => [commit(sin, "healed"), commit(sin, "closed")]));
  });
  afterAll(async () => {
    await Promise.all(clients.map((sql) => sql.end({ timeout: 0 })));
    await watched.close();
    await stalls.stop();
    await admin.end();
    await server.remove();
  });

  test.for(sins)("$name is called $kind within its threshold and one look", async ({ name, kind }) => {
    const first = await waitFor(kind, () => watched.suspectsOf(`${name}, healed`)[0]);
    const delayMs = first.atMs - (begunMs.get(`${name}, healed`) ?? 0);
    expect(first.suspect.kind).toBe(kind);
    expect(delayMs).toBeGreaterThanOrEqual(suspectAfterMs);
    const stalledMs = 1000 * (await stalls.longestSeconds());
    expect(delayMs).toBeLessThan(suspectAfterMs + everyMs + slackMs + stalledMs);
  });

  test.for(sins)("$name is a suspect first, then leaked, and always $kind", async ({ name, kind }) => {
    const verdicts = await waitFor("leaked", () => {
      const all = watched.suspectsOf(`${name}, closed`).map(({ suspect }) => suspect);
      return all.at(-1)?.severity === "leaked" && all;
    });
    const severities = verdicts.map(({ severity }) => severity);
    expect(severities[0]).toBe("suspect");
    expect(severities).toEqual(severities.toSorted().toReversed());
    expect(new Set(verdicts.map((suspect) => suspect.kind))).toEqual(new Set([kind]));
    expect(verdicts.map(({ sightings }) => sightings)).toEqual(verdicts.map((_verdict, index) => index + 1));
  });

  test.for(sins)("$name is told of with who, where and what it does", async ({ name, state }) => {
    const verdict = await waitFor(name, () => watched.suspectsOf(`${name}, closed`).at(-1)?.suspect);
    expect(verdict.backend).toMatchObject({ usename: "sinner", datname: "shop" });
    const states = watched
      .suspectsOf(`${name}, closed`)
      .map(({ suspect: { backend } }) => `${backend.state}/${backend.waitEvent}`);
    expect(states).toContain(state);
  });

  test.for(sins)("$name has returned when its session goes on", async ({ name }) => {
    await heals.get(`${name}, healed`)?.();
    const ends = await waitFor("the end", () => endsOf(`${name}, healed`));
    expect(ends).toEqual(["returned"]);
  });

  test.for(sins)("$name has vanished when its session is closed", async ({ name }) => {
    // A backend that sleeps does not notice that its client has gone.
    await admin`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = ${`${name}, closed`}`;
    const ends = await waitFor("the end", () => endsOf(`${name}, closed`));
    expect(ends).toEqual(["vanished"]);
  });

  test("every one was counted, once", () => {
    for (const kind of new Set(sins.map((sin) => sin.kind))) {
      const times = sins.filter((sin) => sin.kind === kind).length;
      const ended = { returned: times, vanished: times, terminated: 0, lost_sight: 0 };
      expect({ kind, ...watched.view().tally[kind] }).toMatchObject({ kind, suspected: 2 * times, ended });
      expect(watched.view().tally[kind].leaked).toBeGreaterThanOrEqual(times);
    }
    expect(watched.view().report?.suspects).toEqual([]);
  });

  async function commit(sin: Sin, fate: "healed" | "closed"): Promise<void> {
    const name = `${sin.name}, ${fate}`;
    const sql = connectTo(server, { user: "sinner", database: "shop", applicationName: name });
    clients.push(sql);
    await sql.unsafe("SELECT 1");
    begunMs.set(name, performance.now());
    heals.set(name, await sin.commit(sql));
  }

  function endsOf(name: string): readonly string[] | false {
    const ends = watched.endsOf(name);
    return ends.length > 0 && ends;
  }
});

async function askForEver(sql: postgres.Sql, stopped: AbortSignal): Promise<void> {
  while (!stopped.aborted) {
    const answered = await sql.unsafe("SELECT 1").then(
      () => true,
      () => false, // somebody ended the session
    );
    if (!answered) return;
    await setTimeout(100, undefined, { signal: stopped }).catch(() => {});
  }
}
