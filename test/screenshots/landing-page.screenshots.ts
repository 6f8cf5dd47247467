import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";

import type postgres from "postgres";
import { afterAll, beforeAll, expect, test } from "vitest";

import type { Episode } from "../../src/classify/episode.ts";
import { startDaemon, type Daemon } from "../../src/daemon.ts";
import { builtInFloors } from "../../src/decide/policy.ts";
import { connectToShop, type ShopAddress } from "../../src/demo/connect-to-shop.ts";
import { createShop } from "../../src/demo/create-shop.ts";
import { createWatchRole } from "../../src/demo/create-watch-role.ts";
import { startPostgres } from "../../src/demo/embedded-postgres.ts";
import { healthyTraffic } from "../../src/demo/healthy-traffic.ts";
import { startOrderService } from "../../src/demo/order-service.ts";
import { aLog } from "../support/a-log.ts";
import { startChromium, type Browser, type Screen } from "../support/chromium.ts";
import { configOf } from "../support/config-text.ts";
import { waitFor } from "../support/wait-for.ts";

/** The repository carries each of them. */
const MOST_BYTES = 200_000;

const folder = path.resolve("docs/screenshots");
const wide: Screen = { width: 1200, height: 600, colorScheme: "light" };

const cleanups: (() => Promise<unknown>)[] = [];
let orders: ShopAddress;
let leaveOrders: () => Promise<void>;
let daemon: Daemon;
let browser: Browser;

beforeAll(async () => {
  orders = await aServer();
  const users = await aServer();
  for (const address of [orders, users]) await createShop(address);
  leaveOrders = await startHealthyTraffic(orders);
  cleanups.push(await startHealthyTraffic(users));
  daemon = await startDaemon({
    isEnforceFlagged: false,
    floors: builtInFloors,
    config: configOf(configText(orders, users)),
    reloadConfig: () => Promise.resolve({ problems: [] }),
    log: aLog().log,
    versions: { pgleash: process.env["npm_package_version"] ?? "", node: process.versions.node },
    web: {
      addresses: [{ host: "127.0.0.1", port: 0 }],
      telemetryPath: "/metrics",
      isApiEnabled: true,
      isLifecycleEnabled: false,
    },
  });
  cleanups.push(() => daemon.stop());
  browser = await startChromium();
  cleanups.push(() => browser.close());
  await mkdir(folder, { recursive: true });
});
afterAll(async () => {
  for (const cleanup of cleanups.toReversed()) await cleanup();
});

test("a calm day", async () => {
  await waitFor("the looks", () =>
    daemon.view().servers.every(({ report }) => report?.suspects.length === 0),
  );
  expect(await take("landing-page-calm", wide)).toBeLessThan(MOST_BYTES);
});

test("an incident: the order service of the demo leaks", async () => {
  await leaveOrders();
  const service = await startOrderService(orders);
  cleanups.push(() => service.stop());
  const isTheWorst = (): boolean => {
    const { exhaustions = [] } = daemon.view().servers[0]?.report ?? {};
    const leaked = suspectsOf().filter(({ severity }) => severity === "leaked");
    return exhaustions.length > 0 && leaked.length === service.sins.length;
  };
  await waitFor("the pool to leak, and all others to be leaked", isTheWorst, 300);
  expect(await take("landing-page-incident", wide)).toBeLessThan(MOST_BYTES);
  const dark: Screen = { ...wide, colorScheme: "dark" };
  expect(await take("landing-page-incident-dark", dark)).toBeLessThan(MOST_BYTES);
});

async function aServer(): Promise<ShopAddress> {
  const server = await startPostgres({ settings: { max_connections: "120", authentication_timeout: "2s" } });
  cleanups.push(() => server.remove());
  const address = { host: server.socketFolder, port: server.port };
  await createWatchRole(address);
  return address;
}

/** Seconds in place of minutes, as in the demo. */
function configText(...servers: readonly ShopAddress[]): string {
  const [ordersUrl, usersUrl] = servers.map(
    ({ host, port }) => `postgres://pgleash@/postgres?host=${encodeURIComponent(host)}&port=${port}`,
  );
  return `every: 1s
detectors:
  idle_in_transaction: { suspect_after: 5s, leaked_after: 20s }
  idle_in_transaction_aborted: { suspect_after: 5s, leaked_after: 20s }
  stalled_client: { suspect_after: 8s, leaked_after: 30s }
  stale_active: { suspect_after: 10s, leaked_after: 40s }
  long_transaction: { suspect_after: 12s, leaked_after: 50s }
  pool_overgrown: { suspect_after: 5s, leaked_after: 60s }
pools:
  - { name: orders-api, match: ['application_name="orders-api"'], size: 20, max_overflow: 10 }
  - { name: storefront, match: ['application_name="storefront"'], size: 4, max_overflow: 2 }
servers:
  - { name: orders-db, url: "${ordersUrl}" }
  - { name: users-db, url: "${usersUrl}" }
policy:
  mode: dry_run
  rules:
    - name: forgotten transactions
      match: ['usename=~"checkout|billing"', 'kind=~"idle_in_transaction.*"']
      action: terminate
      min_age: 1m
      min_harm: vacuum
      warn_for: 5m
`;
}

/** The sessions of the demo that do nothing wrong. Resolves to what ends them. */
async function startHealthyTraffic(address: ShopAddress): Promise<() => Promise<void>> {
  const leaving = new AbortController();
  const clients: postgres.Sql[] = [];
  const held: unknown[] = [];
  for (const worker of healthyTraffic) {
    const connect = (): postgres.Sql => {
      const sql = connectToShop(address, worker);
      clients.push(sql);
      return sql;
    };
    held.push(await worker.work(connect(), { leaving: leaving.signal, connect }));
  }
  return async () => {
    leaving.abort();
    await Promise.allSettled(clients.map((sql) => sql.end({ timeout: 0 })));
    held.length = 0;
  };
}

function suspectsOf(): readonly Episode[] {
  return daemon.view().servers[0]?.report?.suspects ?? [];
}

/** Takes a picture of the page, and returns how many bytes it has. */
async function take(name: string, screen: Screen): Promise<number> {
  const tab = await browser.open();
  await tab.show(screen);
  await tab.load(`http://127.0.0.1:${daemon.port}/`);
  const picture = await tab.screenshot();
  await writeFile(path.join(folder, `${name}.webp`), picture);
  return picture.byteLength;
}
