import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";

import { startDaemon, type Daemon } from "../../src/daemon.ts";
import { createRecorder } from "../../src/record/recorder.ts";
import type { EmbeddedPostgres } from "../../src/demo/prepare-postgres.ts";
import { aLog } from "../support/a-log.ts";
import { connectTo, startServer } from "../support/real-postgres.ts";
import { documentedConfig, type Settings } from "./documented-settings.ts";
import { sessionKey, startOrdersApi, type OrdersApi } from "./orders-api.ts";
import { scaleConfig, scaleFloors } from "./scale-config.ts";

/** How many slots applications can have, how many honest requests there are at a time, and how fast the rest goes. */
export const usable = 100;
export const honest = 8;
export const leaksPerMinute = 12;

/** A server of 100 slots, the application that leaks there, and pgleash. */
export type LeashedServer = {
  readonly name: string;
  readonly postmaster: number;
  readonly orders: OrdersApi;
  /** Of pgleash. */
  readonly port: number;
  /** Writes other settings into the file of pgleash, and tells it to reload. */
  reload(settings: Settings): Promise<void>;
  /** The sessions that pgleash has ended, as its audit says. */
  terminated(): Promise<readonly string[]>;
  stop(): Promise<void>;
};

const superuserReserved = 3;

const intent = z.looseObject({
  type: z.literal("intent"),
  id: z.string(),
  pid: z.number(),
  backend_start: z.string(),
});
const outcome = z.looseObject({ type: z.literal("outcome"), id: z.string(), outcome: z.string() });

/** Starts all three, on a time that runs `factor` times as fast. Nothing leaks yet. The test must `stop()` it. */
export async function startLeashedServer(
  name: string,
  first: Settings,
  { major, factor }: { readonly major: string; readonly factor: number },
): Promise<LeashedServer> {
  const cleanups: (() => Promise<unknown>)[] = [];
  const stop = async (): Promise<void> => {
    for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
  };
  try {
    const folder = await mkdtemp(join(tmpdir(), "pgleash-incident-"));
    cleanups.push(() => rm(folder, { recursive: true, force: true }));
    const server = await startServer(major, {
      max_connections: String(usable + superuserReserved),
      superuser_reserved_connections: String(superuserReserved),
    });
    cleanups.push(() => server.remove());
    await openShop(server);
    const { socketFolder, port } = server;
    const leakEveryMs = 60_000 / leaksPerMinute / factor;
    const orders = await startOrdersApi({ socketFolder, port, database: "shop", honest, leakEveryMs });
    cleanups.push(() => orders.stop());
    const files = { auditFile: join(folder, "audit.jsonl"), pauseFile: join(folder, "pause.json") };
    const configOf = async (which: Settings) =>
      scaleConfig(await documentedConfig(which, { name, socketFolder, port, ...files }), factor);
    const { log } = aLog();
    // As with --record: what nobody could write is counted only where somebody writes.
    const recorder = createRecorder(join(folder, "looks.jsonl"), { log });
    cleanups.push(() => recorder.close());
    let settings = first;
    const daemon = await startDaemon({
      config: await configOf(first),
      reloadConfig: async () => ({ config: await configOf(settings) }),
      log,
      recorder,
      isEnforceFlagged: true,
      floors: scaleFloors(factor),
      versions: { pgleash: "incident", node: process.versions.node },
      web: {
        addresses: [{ host: "127.0.0.1", port: 0 }],
        telemetryPath: "/metrics",
        isApiEnabled: true,
        isLifecycleEnabled: false,
      },
    });
    cleanups.push(() => daemon.stop());
    return {
      name,
      postmaster: server.postmasterPid(),
      orders,
      port: daemon.port,
      async reload(next) {
        settings = next;
        await reloaded(daemon);
      },
      terminated: async () => terminatedIn(await readFile(files.auditFile, "utf8")),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function reloaded(daemon: Daemon): Promise<void> {
  const problems = await daemon.reload();
  if (problems.length > 0) throw new Error(problems.join("; "));
}

function readText(path: string): Promise<string> {
  return readFile(new URL(path, import.meta.url), "utf8");
}

/** The roles as an operator makes them, and the orders. */
async function openShop(server: EmbeddedPostgres): Promise<void> {
  const admin = connectTo(server);
  try {
    await admin.unsafe(await readText("../../config/sql/setup-role-enforce.sql"));
    await admin.unsafe("CREATE DATABASE shop");
  } finally {
    await admin.end();
  }
  const owner = connectTo(server, { database: "shop" });
  try {
    await owner.unsafe(await readText("../clients/schema.sql"));
    await owner.unsafe(`ALTER ROLE orders CONNECTION LIMIT ${usable}`);
  } finally {
    await owner.end();
  }
}

/** A last line that is still being written does not count yet. */
function terminatedIn(audit: string): readonly string[] {
  const lines = audit
    .split("\n")
    .slice(0, -1)
    .map((line): unknown => JSON.parse(line));
  const sessions = new Map<string, string>();
  const ended: string[] = [];
  for (const line of lines) {
    const begun = intent.safeParse(line);
    if (begun.success) sessions.set(begun.data.id, sessionKey(begun.data.pid, begun.data.backend_start));
    const over = outcome.safeParse(line);
    if (over.success && over.data.outcome === "terminated")
      ended.push(sessions.get(over.data.id) ?? "unknown");
  }
  return ended;
}
