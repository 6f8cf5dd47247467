import { readFile } from "node:fs/promises";

import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";

import type { Episode } from "../../src/classify/episode.ts";
import { createWatchRole } from "../../src/demo/create-watch-role.ts";
import type { EmbeddedPostgres } from "../../src/demo/prepare-postgres.ts";
import { suspectPools, type PoolSuspect } from "../../src/expose/aggregate.ts";
import type { Report } from "../../src/expose/report.ts";
import { watchServer, type Watched } from "../support/a-watch.ts";
import { requireClients, startOrderService, type OrderService } from "../support/real-clients.ts";
import { connectTo, postgresMajors, startServer } from "../support/real-postgres.ts";
import { waitFor } from "../support/wait-for.ts";

vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

// The oldest and the newest; others only where neither is asked for.
const ends = postgresMajors().filter((major) => major === "13" || major === "18");

/** One session in a second and a half, for longer than it takes to be sure of a rate. */
const pace = { count: 105, everyMs: 1500 };

type Scene = {
  readonly server: EmbeddedPostgres;
  readonly watched: Watched;
  readonly services: readonly Promise<OrderService>[];
};

const scenes = new Map<string, Scene>();
const majors = ends.length > 0 ? ends : postgresMajors();

// All majors at once: a leak takes minutes to be told from a burst.
beforeAll(async () => {
  requireClients();
  await Promise.all(majors.map(async (major) => scenes.set(major, await play(major))));
});
afterAll(async () => {
  for (const { server, watched, services } of scenes.values()) {
    await watched.close();
    await Promise.all(services.map(async (service) => (await service).stop()));
    await server.remove();
  }
});

describe.each(majors)("connections that are never closed, on %s", (major) => {
  test.for(["pg", "asyncpg"])(
    "%s: are named as a pool, with rate and route, and none of them alone",
    async (client) => {
      const suspect = await waitFor(
        "the pool to be named",
        () =>
          growing(major).find(({ pool }) => pool.holder.applicationName === `orders-${client}-never-closed`),
        200,
      );
      const { lower = 0, upper = 0 } = suspect.pool.growth?.perSecond ?? {};
      const perSecond = 1000 / pace.everyMs;
      // The pace is a little slower than it is set: to connect takes time as well.
      expect(lower).toBeLessThan(perSecond);
      expect(upper).toBeGreaterThan(0.8 * perSecond);
      expect(suspect).toMatchObject({ harm: { level: "slot" }, pool: { holder: { usename: "orders" } } });
      expect(firstRecordOn(major, suspect).commentKeys.get("route")).toBe("/health");
      const suspects = reportsOn(major).flatMap((report) => report.suspects);
      expect(suspects.filter((one) => "backend" in one)).toEqual([]);
    },
  );

  test("take the slots of their role before those of the server", async () => {
    const [whole, role] = await waitFor("the forecast", () => {
      const forecasts = reportsOn(major).map(({ exhaustions }) => exhaustions);
      return forecasts.find(({ length }) => length === 2);
    });
    expect(whole).toMatchObject({ scope: "server", limit: 297 });
    expect(role).toMatchObject({ scope: "role", name: "orders", limit: 250 });
    expect(role?.inSeconds.estimate).toBeLessThan(whole?.inSeconds.estimate ?? 0);
  });
});

/** Two order services on a server of their own, each of which forgets one connection after the other. */
async function play(major: string): Promise<Scene> {
  const server = await startServer(major, { max_connections: "300" });
  const place = { host: server.socketFolder, port: server.port };
  await createWatchRole(place);
  const admin = connectTo(server);
  await admin.unsafe(await readFile(new URL("../clients/schema.sql", import.meta.url), "utf8"));
  await admin.unsafe("ALTER ROLE orders CONNECTION LIMIT 250");
  await admin.end();
  const watched = watchServer(place, { everyMs: 1000 });
  const clients = ["pg", "asyncpg"] as const;
  const services = clients.map((client) => startOrderService(client, ["never-closed"], place, pace));
  return { server, watched, services };
}

/** Every look's. */
function reportsOn(major: string): readonly Report[] {
  const looks = scenes.get(major)?.watched.looks ?? [];
  return looks.flatMap(({ view }) => view.report ?? []);
}

/** What the first record of the log says on a suspect. */
function firstRecordOn(major: string, { pool }: PoolSuspect): Episode {
  const events = reportsOn(major).flatMap((report) => report.events);
  const first = events.find(({ episode }) => "pool" in episode && episode.pool.key === pool.key);
  if (first?.type !== "suspected") throw new Error("expected an episode that was opened");
  return first.episode;
}

/** Every verdict on a pool while it grew. */
function growing(major: string): readonly PoolSuspect[] {
  return reportsOn(major)
    .flatMap(suspectPools)
    .filter(({ pool }) => pool.growth !== null);
}
