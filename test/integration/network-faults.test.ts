import { once } from "node:events";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";

import { afterEach, describe, expect, test, vi } from "vitest";

import { createWatchRole } from "../../src/demo/create-watch-role.ts";
import type { ServerView } from "../../src/expose/view.ts";
import { builtInFloors } from "../../src/decide/policy.ts";
import { createWatches } from "../../src/watch/watches.ts";
import { aLog } from "../support/a-log.ts";
import { aServerConfig, watchServer, type Place } from "../support/a-watch.ts";
import { configOf } from "../support/config-text.ts";
import { freePort } from "../support/free-port.ts";
import { postgresMajors, startServer } from "../support/real-postgres.ts";
import { pageOf, parseExposition } from "../support/strict-exposition.ts";
import { watchStalls } from "../support/stalls.ts";
import { waitFor } from "../support/wait-for.ts";

vi.setConfig({ testTimeout: 40_000, hookTimeout: 60_000 });

const host = "127.0.0.1";
const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

describe.each(postgresMajors())("on PostgreSQL %s", (major) => {
  test("a server that hangs and one that is away delay nobody", async () => {
    const server = await startServer(major);
    cleanups.push(() => server.remove());
    const healthy = { host: server.socketFolder, port: server.port };
    await createWatchRole(healthy);
    const silent = await listen(() => {});
    const watches = createWatches({
      log: aLog().log,
      isFlagged: false,
      floors: builtInFloors,
      version: "test",
      onChange: () => {},
    });
    cleanups.push(() => watches.stop());
    const looked = (name: string): ServerView => viewOf(watches.views(), name);

    const stalls = await watchStalls();
    cleanups.push(() => stalls.stop());
    const beganMs = performance.now();
    await watches.apply({
      labelBudget: 200,
      commentLabels: [],
      serversFile: null,
      policy: configOf("").policy,
      warnings: [],
      servers: [
        aServerConfig(silent, { name: "hanging", lookTimeoutSeconds: 1 }),
        aServerConfig(silent, { name: "hanging before TLS", sslMode: "prefer", lookTimeoutSeconds: 1 }),
        aServerConfig({ host, port: await freePort() }, { name: "away" }),
        aServerConfig({ host: "/none/such", port: 5432 }, { name: "without a socket" }),
        aServerConfig(healthy, { name: "healthy" }),
      ],
    });
    // One at once, then one a second.
    await waitFor("six looks", () => looked("healthy").looks.begun >= 6);
    const seconds = (performance.now() - beganMs) / 1000;
    expect(seconds).toBeGreaterThan(4);
    // While the machine stands still nobody is on time.
    const stalledSeconds = await stalls.longestSeconds();
    expect(seconds).toBeLessThan(6 + stalledSeconds);

    expect(looked("healthy").looks).toMatchObject({ connections: 1, failures: { timeout: 0, connect: 0 } });
    for (const name of ["hanging", "hanging before TLS"]) {
      expect(looked(name)).toMatchObject({ report: null, failure: { reason: "timeout" } });
      expect(looked(name).lastDurationSeconds).toBeLessThan(1.3 + stalledSeconds);
    }
    for (const name of ["away", "without a socket"])
      expect(looked(name)).toMatchObject({ report: null, failure: { reason: "connect" } });
    const ups = parseExposition(await pageOf(...watches.views())).filter(({ name }) => name === "pgleash_up");
    expect(ups.map(({ value }) => value)).toEqual([0, 0, 0, 0, 1]);
  });
});

test("a server that closes every connection is left alone ever longer", async () => {
  const acceptedMs: number[] = [];
  const place = await listen((socket) => {
    acceptedMs.push(performance.now());
    socket.destroy();
  });
  const watched = watchServer(place);
  cleanups.push(() => watched.close());
  // With half a second, one and two in between, at the least.
  await waitFor("the fourth attempt", () => acceptedMs.length >= 4);
  expect((acceptedMs[3] ?? 0) - (acceptedMs[0] ?? 0)).toBeGreaterThan(3400);
  expect(watched.view().failure?.reason).toBe("connect");
  const { begun, connections, failures } = watched.view().looks;
  expect(failures.connect).toBe(begun);
  expect(connections).toBe(0);
});

test.for([
  ["a web server", "HTTP/1.1 400 Bad Request\r\n\r\n"],
  ["a server that babbles", "\u0000".repeat(10)],
] as const)("%s in place of PostgreSQL fails the look, and nothing else", async ([_what, greeting]) => {
  const driverSays = vi.spyOn(console, "error").mockReturnValue(); // the driver tells of every byte it does not know
  cleanups.push(async () => driverSays.mockRestore());
  const place = await listen((socket) => socket.end(greeting));
  for (const sslMode of ["disable", "prefer"] as const) {
    const watched = watchServer(place, { sslMode, lookTimeoutSeconds: 1 });
    cleanups.push(() => watched.close());
    const failed = await waitFor("the failure", () => watched.view().failure ?? undefined);
    expect(["protocol", "connect", "timeout"]).toContain(failed.reason);
    expect(failed.message).not.toBe("");
  }
});

async function listen(greet: (socket: Socket) => void): Promise<Place> {
  const sockets = new Set<Socket>();
  const listener = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    greet(socket);
  });
  listener.listen(0, host);
  await once(listener, "listening");
  cleanups.push(() => closed(listener, sockets));
  return { host, port: portOf(listener) };
}

async function closed(listener: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  for (const socket of sockets) socket.destroy();
  listener.close();
  await once(listener, "close");
}

function portOf(listener: Server): number {
  const address: AddressInfo | string | null = listener.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

function viewOf(views: readonly ServerView[], name: string): ServerView {
  const view = views.find(({ server }) => server === name);
  if (view === undefined) throw new Error(`expected a server named ${name}`);
  return view;
}
