import { readFile } from "node:fs/promises";

import type postgres from "postgres";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";

import { commentKeys } from "../../src/classify/attribution/comment-keys.ts";
import type { Episode } from "../../src/classify/episode.ts";
import type { ThresholdRules } from "../../src/classify/thresholds.ts";
import { createWatchRole } from "../../src/demo/create-watch-role.ts";
import type { EmbeddedPostgres } from "../../src/demo/prepare-postgres.ts";
import { healthyBehaviour, sins, type ClientName, type Sin } from "../clients/sins.ts";
import { quickThresholds, watchServer, type Watched } from "../support/a-watch.ts";
import { requireClients, startOrderService, type OrderService } from "../support/real-clients.ts";
import { connectTo, postgresMajors, startServer } from "../support/real-postgres.ts";
import { waitFor } from "../support/wait-for.ts";

vi.setConfig({ testTimeout: 30_000, hookTimeout: 90_000 });

/** Everything is leaked after 2 s: who has lived twice as long without a verdict never gets one. */
const wellOverSeconds = 4;

/** A slow report is honest: only its age tells it from a statement whose caller has gone. */
const thresholds: ThresholdRules = {
  ...quickThresholds,
  defaults: {
    ...quickThresholds.defaults,
    stale_active: { enabled: true, suspectAfterSeconds: 60, leakedAfterSeconds: 120 },
  },
};

/** One connection that was never closed looks like any other idle one: only all of them together are named. */
const judged = sins.filter(({ kind }) => kind !== "pool_overgrown");

const clients: readonly ClientName[] = [
  "pg",
  "postgres",
  "asyncpg",
  "psycopg",
  "psycopg2",
  "sqlalchemy",
  "fastapi",
];
test("all clients are installed", () => {
  expect(requireClients).not.toThrow();
});

// The oldest and the newest; others only where neither is asked for.
const ends = postgresMajors().filter((major) => major === "13" || major === "18");

describe.each(ends.length > 0 ? ends : postgresMajors())("on PostgreSQL %s", (major) => {
  let server: EmbeddedPostgres;
  let admin: postgres.Sql;
  let watched: Watched;
  const services: OrderService[] = [];

  beforeAll(async () => {
    requireClients();
    server = await startServer(major, { max_connections: "150" });
    const place = { host: server.socketFolder, port: server.port };
    await createWatchRole(place);
    admin = connectTo(server);
    await admin.unsafe(await readFile(new URL("../clients/schema.sql", import.meta.url), "utf8"));
    await Promise.all(
      clients.map(async (client) => {
        const own = sins.filter((sin) => sin.client === client).map(({ scenario }) => scenario);
        services.push(await startOrderService(client, [...own, ...healthyBehaviour[client]], place));
      }),
    );
    // Not before: while everybody starts, even a healthy transaction may take a second.
    watched = watchServer(place, { thresholds });
    await watched.look();
  });
  afterAll(async () => {
    await watched?.close();
    await Promise.all(services.map((service) => service.stop()));
    await admin?.end();
    await server?.remove();
  });

  test.for(sins)("$client, $scenario: stands $state and holds $holds", async (sin) => {
    const { pids, applicationName } = sceneOf(sin);
    expect(pids).toHaveLength(sin.scenario === "never-closed" ? 5 : 1);
    const { state, waitEvent, holds } = sin;
    const session = { applicationName, state, waitEvent, holds };
    await waitFor("the leak to stand", async () => {
      expect(await sessionsOf(pids)).toMatchObject(pids.map(() => session));
      return true;
    });
  });

  test.for(sins)("$client, $scenario: its last statement says where it came from", async (sin) => {
    const sessions = await sessionsOf(sceneOf(sin).pids);
    for (const { query } of sessions) {
      expect(Object.fromEntries(commentKeys(String(query), []))).toMatchObject(sin.keys);
    }
  });

  test.for(judged)("$client, $scenario: is called $kind, costs $harm, and comes from $keys", async (sin) => {
    for (const pid of sceneOf(sin).pids) {
      await waitFor(`${pid} to be leaked`, () => verdictsOn(pid).at(-1)?.severity === "leaked");
      const verdicts = verdictsOn(pid);
      expect(new Set(verdicts.map(({ kind, harm }) => `${kind}, ${harm.level}`))).toEqual(
        new Set([`${sin.kind}, ${sin.harm}`]),
      );
      expect(Object.fromEntries(verdicts.at(-1)?.commentKeys ?? [])).toMatchObject(sin.keys);
    }
  });

  test("nobody else is suspected", async () => {
    await waitFor("the watch to be old enough", () => {
      const [first, last] = [watched.looks[0], watched.looks.at(-1)];
      return (last?.atMs ?? 0) - (first?.atMs ?? 0) > wellOverSeconds * 1000;
    });
    const names = await applicationNames();
    for (const client of clients) {
      const healthy = healthyBehaviour[client].map((scenario) => `orders-${client}-${scenario}`);
      expect(names).toEqual(expect.arrayContaining(healthy));
    }
    const leaked = new Set(services.flatMap(({ scenes }) => scenes).flatMap(({ pids }) => pids));
    expect(suspects().filter((suspect) => !leaked.has(pidOf(suspect) ?? 0))).toEqual([]);
  });

  function sceneOf({ client, scenario }: Sin): OrderService["scenes"][number] {
    const name = `orders-${client}-${scenario}`;
    const scene = services
      .flatMap(({ scenes }) => scenes)
      .find(({ applicationName }) => applicationName === name);
    if (scene === undefined) throw new Error(`nobody plays ${name}`);
    return scene;
  }

  /** Every verdict ever given. */
  function suspects(): readonly Episode[] {
    return watched.looks.flatMap(({ view }) => view.report?.suspects ?? []);
  }

  function verdictsOn(pid: number): readonly Episode[] {
    return suspects().filter((suspect) => pidOf(suspect) === pid);
  }

  async function sessionsOf(pids: readonly number[]): Promise<readonly postgres.Row[]> {
    return admin.unsafe(
      `SELECT application_name AS "applicationName", state, wait_event AS "waitEvent", query,
         coalesce(nullif(concat_ws(' and ', CASE WHEN backend_xid IS NOT NULL THEN 'xid' END,
           CASE WHEN backend_xmin IS NOT NULL THEN 'xmin' END), ''), 'nothing') AS holds
       FROM pg_stat_activity WHERE pid = ANY($1::int[]) ORDER BY pid`,
      [`{${pids.join(",")}}`],
    );
  }

  async function applicationNames(): Promise<readonly string[]> {
    const rows = await admin.unsafe("SELECT DISTINCT application_name FROM pg_stat_activity");
    return rows.map((row) => String(row["application_name"]));
  }
});

function pidOf(suspect: Episode): number | undefined {
  return "backend" in suspect ? suspect.backend.id.pid : undefined;
}
