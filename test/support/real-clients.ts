import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { z } from "zod";

import type { ClientName } from "../clients/sins.ts";
import type { Place } from "./a-watch.ts";
import { waitFor } from "./wait-for.ts";

/** Debian's packages are there for Debian's Python, whatever `python3` means to the PATH. */
const python = "/usr/bin/python3";

const files: Readonly<Record<ClientName, string>> = {
  pg: "orders-pg.mjs",
  postgres: "orders-postgres.mjs",
  asyncpg: "orders_asyncpg.py",
  psycopg: "orders_psycopg.py",
  psycopg2: "orders_psycopg2.py",
  sqlalchemy: "orders_sqlalchemy.py",
  fastapi: "orders_fastapi.py",
};

/** All of them start at once, and Python's libraries take seconds to load on a busy machine. */
const READY_SECONDS = 45;

/** What a program plays: its sessions are named so, and of these it has leaked the pids. */
export type Scene = {
  readonly scenario: string;
  readonly applicationName: string;
  readonly pids: readonly number[];
};

/** An order service in a process of its own, which leaks until it is stopped. */
export type OrderService = {
  readonly scenes: readonly Scene[];
  /** Ends the process at once, and with it all of its sessions. */
  stop(): Promise<void>;
};

const readyLine = z.object({
  ready: z.literal(true),
  scenario: z.string(),
  application_name: z.string(),
  pids: z.array(z.number().int()),
});

function fileOf(name: string): string {
  return fileURLToPath(new URL(`../clients/${name}`, import.meta.url));
}

/** Throws, and says what to install, when a client is missing. */
export function requireClients(): void {
  const modules = "asyncpg, fastapi, httpx, psycopg, psycopg2, pytest, sqlalchemy, uvicorn";
  const { status, stderr, error } = spawnSync(python, ["-c", `import ${modules}`], { encoding: "utf8" });
  if (status !== 0) {
    const packages = readFileSync(fileOf("apt-packages.txt"), "utf8").trim().split("\n").join(" ");
    const cause = error ?? new Error(stderr);
    const advice = `apt-get install -y --no-install-recommends ${packages}`;
    throw new Error(`not all Python clients are installed: ${advice}`, { cause });
  }
  if (!existsSync(fileOf("node_modules/pg"))) {
    throw new Error("the client pg is not installed: npm ci --prefix test/clients");
  }
}

/** How many sessions `never-closed` leaks, one after the other. */
export type Pace = { readonly count: number; readonly everyMs: number };

/** Starts an order service, and returns when all of these scenarios stand. The test must `stop()` it. */
export async function startOrderService(
  client: ClientName,
  scenarios: readonly string[],
  { host, port }: Place,
  { count, everyMs }: Pace = { count: 5, everyMs: 100 },
): Promise<OrderService> {
  const file = fileOf(files[client]);
  // -B: no compiled files beside the sources.
  const [program, words] = file.endsWith(".py") ? [python, ["-B", file]] : [process.execPath, [file]];
  const address = { PGHOST: host, PGPORT: String(port), PGUSER: "orders", PGDATABASE: "postgres" };
  // Its standard input ends with this process, and then it ends too.
  const pace = ["--count", String(count), "--every-ms", String(everyMs)];
  const child = spawn(program, [...words, ...scenarios, ...pace], {
    env: { PATH: process.env["PATH"] ?? "", ...address },
    stdio: "pipe",
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  child.stdin.on("error", () => {}); // it may be over before its input is
  const closed = once(child, "close");
  const stop = async (): Promise<void> => {
    child.kill("SIGTERM");
    await closed;
  };
  try {
    const over = closed.then(([code]: unknown[]) => {
      throw new Error(`it ended with ${String(code)}`);
    });
    const probe = (): readonly Scene[] | false => {
      const scenes = scenesIn(stdout);
      return scenes.length === scenarios.length && scenes;
    };
    const ready = waitFor("its ready lines", probe, READY_SECONDS + (count * everyMs) / 1000);
    return { scenes: await Promise.race([ready, over]), stop };
  } catch (cause) {
    await stop();
    throw new Error(`${files[client]} does not play ${scenarios.join(" ")}: ${stderr}`, { cause });
  }
}

function scenesIn(stdout: string): readonly Scene[] {
  const lines = stdout.split("\n").slice(0, -1);
  return lines.map((line) => {
    const { scenario, application_name: applicationName, pids } = readyLine.parse(JSON.parse(line));
    return { scenario, applicationName, pids };
  });
}
