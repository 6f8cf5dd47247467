import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { pino } from "pino";
import type { Sql } from "postgres";
import { afterAll, beforeAll, expect, test, vi } from "vitest";

import { emptyLeash } from "../../src/decide/leash.ts";
import { createWatchRole } from "../../src/demo/create-watch-role.ts";
import type { EmbeddedPostgres } from "../../src/demo/prepare-postgres.ts";
import { createPages } from "../../src/expose/pages.ts";
import { createWatch, type Watch } from "../../src/watch/watch.ts";
import { aView } from "../support/a-view.ts";
import { aLeashSettings, aServerConfig, quickThresholds } from "../support/a-watch.ts";
import { anOpening } from "../support/an-opening.ts";
import { connectTo, startServer } from "../support/real-postgres.ts";
import { slopeOf, type Point } from "../support/slope.ts";

const isFull = process.env["PGLEASH_TIER"] === "full";
const LOOKS = isFull ? 10_000 : 1000;

vi.setConfig({ testTimeout: isFull ? 1_200_000 : 240_000, hookTimeout: 60_000 });

/** The heap is measured after so many looks. */
const STEP = LOOKS / 50;

/** So many sessions leak at once. At each look one of them begins a new transaction, and at each tenth it is another session. */
const SESSIONS = 30;
const LOOKS_TO_LEAVE = 10;

/** They take turns at so many names: of each, the past of its sessions is remembered. */
const NAMES = 60;

/** Of names and routes, so many are shown. */
const LABEL_BUDGET = 20;

/** What is bounded has filled up by then. */
const SETTLED_AFTER_LOOKS = LOOKS / 5;

/**
 * Whoever kept a page or a report of each look would keep tens of kilobytes. What is compiled while the process is young takes
 * about one, which only ten thousand looks outlast: then a key of each episode that is kept shows.
 */
const MOST_BYTES_PER_LOOK = isFull ? 250 : 4000;

let server: EmbeddedPostgres;
beforeAll(async () => {
  server = await startServer("18");
  await createWatchRole({ host: server.socketFolder, port: server.port });
});
afterAll(async () => server.remove());

/** The size of the heap in bytes, without what is garbage. */
function heapMeter(): () => number {
  setFlagsFromString("--expose-gc");
  const collect: unknown = runInNewContext("gc");
  if (typeof collect !== "function") throw new Error("expected gc");
  return () => {
    collect();
    return process.memoryUsage().heapUsed;
  };
}

/** Leaves a transaction open, whose statement says where it comes from. */
async function leak(client: Sql, count: number): Promise<void> {
  await client.unsafe(`ROLLBACK; BEGIN; SELECT 1 /*route='/orders/${count}'*/`);
}

function aClient(count: number): Sql {
  return connectTo(server, { applicationName: `worker-${count % NAMES}` });
}

/** Watches the server. Its log is not kept. */
function watching(): Watch {
  const impatient = { enabled: true, suspectAfterSeconds: 0.02, leakedAfterSeconds: 0.1 };
  const defaults = { ...quickThresholds.defaults, idle_in_transaction: impatient };
  const place = { host: server.socketFolder, port: server.port };
  return createWatch({
    settings: {
      server: aServerConfig(place, { thresholds: { ...quickThresholds, defaults } }),
      labelBudget: LABEL_BUDGET,
      commentKeys: ["route"],
      leash: aLeashSettings(),
    },
    leash: emptyLeash,
    opening: anOpening(),
    log: pino({ level: "silent" }),
    onChange: () => {},
  });
}

test(`${LOOKS} looks back to back, each with a page, leave nothing behind`, async () => {
  const heapBytes = heapMeter();
  const watch = watching();
  const links = { metricsPath: "/metrics", hasApi: true };
  const pages = createPages(() => aView({ servers: [watch.view()] }), links);
  const clients = Array.from({ length: SESSIONS }, (_, count) => aClient(count));
  const heap: Point[] = [];
  for (let look = 0; look < LOOKS; look += 1) {
    const client = clients.shift() ?? aClient(look);
    const isLeaving = look % LOOKS_TO_LEAVE === 0;
    if (isLeaving) await client.end();
    const next = isLeaving ? aClient(look) : client;
    clients.push(next);
    await leak(next, look);
    await watch.look();
    pages.drop();
    await pages.metrics();
    if (look % STEP === 0) heap.push([look, heapBytes()]);
  }
  const { report, tally } = watch.view();
  await Promise.all(clients.map(async (client) => client.end()));
  await watch.close();

  const bytesPerLook = slopeOf(heap.filter(([look]) => look >= SETTLED_AFTER_LOOKS));
  const { heapUsed, rss } = process.memoryUsage();
  const figures = [bytesPerLook.toFixed(1), (heapUsed / 2 ** 20).toFixed(1), (rss / 2 ** 20).toFixed(1)];
  process.stdout.write(`heap: ${figures[0]} bytes per look, ${figures[1]} MB; resident: ${figures[2]} MB\n`);
  expect(report?.suspects.length).toBeGreaterThan(SESSIONS / 2);
  expect(tally.idle_in_transaction.ended.returned).toBeGreaterThan(LOOKS / 2);
  expect(tally.idle_in_transaction.ended.vanished).toBeGreaterThan(LOOKS / LOOKS_TO_LEAVE / 2);
  expect(bytesPerLook).toBeLessThan(MOST_BYTES_PER_LOOK);
});
