import { createServer, type Socket } from "node:net";
import { expect, onTestFinished, test } from "vitest";

import { emptyLeash } from "../../src/decide/leash.ts";
import { createWatch, type Watch } from "../../src/watch/watch.ts";
import { createOpenings, PLACES, type Openings } from "../../src/watch/openings.ts";
import { aLog } from "../support/a-log.ts";
import { aFolder } from "../support/an-audit.ts";
import { aLeashSettings, aServerConfig } from "../support/a-watch.ts";
import { waitFor } from "../support/wait-for.ts";
import { watchStalls } from "../support/stalls.ts";

/** A server that lets everybody connect, and never says a word. */
async function aSilentServer(): Promise<{ readonly host: string; readonly sockets: readonly Socket[] }> {
  const host = await aFolder();
  const sockets: Socket[] = [];
  const listener = createServer((socket) => void sockets.push(socket.on("error", () => {}).resume()));
  listener.listen(`${host}/.s.PGSQL.5432`);
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    listener.close();
  });
  return { host, sockets };
}

function aWatchOf(host: string, openings: Openings, lookTimeoutSeconds = 60): Watch {
  const server = aServerConfig({ host, port: 5432 }, { lookTimeoutSeconds });
  const watch = createWatch({
    settings: { server, labelBudget: 200, commentKeys: [], leash: aLeashSettings() },
    leash: emptyLeash,
    opening: openings.forServer(),
    log: aLog().log,
    onChange: () => undefined,
  });
  onTestFinished(() => watch.close());
  return watch;
}

test("no more connections are being opened at once than there are places, and those in vain are given up soon", async () => {
  const { host, sockets } = await aSilentServer();
  const openings = createOpenings(() => 2 * PLACES);
  const watches = Array.from({ length: 2 * PLACES }, () => aWatchOf(host, openings));
  const startedMs = performance.now();
  const looks = watches.map((watch) => watch.look());
  await waitFor("the first ones", () => sockets.length === PLACES);
  await looks[0];
  // Those who follow may be on their way already.
  expect(sockets.length).toBeLessThan(2 * PLACES);
  await Promise.all(looks);
  expect(sockets.length).toBe(2 * PLACES);
  expect(performance.now() - startedMs).toBeLessThan(20_000);
  expect(watches.map((watch) => watch.view().failure?.reason)).toEqual(watches.map(() => "timeout"));
});

test("a look that waits for leave to connect is no look yet, and keeps its place while its watch changes", async () => {
  const { host } = await aSilentServer();
  const openings = createOpenings(() => 2);
  const held = Array.from({ length: PLACES }, () => openings.forServer().enter(new AbortController().signal));
  const places = await Promise.all(held);
  const watch = aWatchOf(host, openings);
  const waiting = watch.look();
  const server = aServerConfig({ host, port: 5432 }, { lookTimeoutSeconds: 0.3 });
  await watch.configure({ server, labelBudget: 200, commentKeys: [], leash: aLeashSettings() });
  expect(watch.view()).toMatchObject({ failure: null, looks: { begun: 0 } });

  // By the new settings: by the old ones it would take a minute.
  const stalls = await watchStalls();
  onTestFinished(() => stalls.stop());
  places[0]?.leave();
  await waiting;
  expect(watch.view()).toMatchObject({ failure: { reason: "timeout" }, looks: { begun: 1 } });
  expect(watch.view().lastDurationSeconds).toBeLessThan(2 + (await stalls.longestSeconds()));
});

test("a watch that is closed while it waits for leave connects to nobody", async () => {
  const { host, sockets } = await aSilentServer();
  const openings = createOpenings(() => 2);
  const never = new AbortController().signal;
  const places = await Promise.all(Array.from({ length: PLACES }, () => openings.forServer().enter(never)));
  const watch = aWatchOf(host, openings);
  void watch.look();
  await watch.close();
  for (const place of places) place?.leave();
  await watch.look();
  expect(sockets).toEqual([]);
});
