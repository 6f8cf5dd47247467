import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { copyFile, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import type { EmbeddedPostgres } from "../../src/demo/prepare-postgres.ts";
import { readComposeFile, serviceOf, sourceOf, type ComposeFile } from "../deploy/compose-file.ts";
import { inRepository, readText } from "../deploy/files.ts";
import { addressOf, startProgram, type Program } from "../support/a-program.ts";
import { freePort } from "../support/free-port.ts";
import { connectTo, startServer } from "../support/real-postgres.ts";
import { samplesOf } from "../support/strict-exposition.ts";
import { waitFor } from "../support/wait-for.ts";

let compose: ComposeFile;
let folder = "";

beforeAll(async () => {
  compose = await readComposeFile();
  folder = await mkdtemp(join(tmpdir(), "pgleash-compose-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

/** What a container finds at a path, in the repository. */
function fileOf(service: string, path: string): string {
  return sourceOf(serviceOf(compose, service), path) ?? "not mounted";
}

/** A port that was free a moment ago may be taken by the next: then another one is tried. */
async function startAtFreePort(
  settings: Readonly<Record<string, string>>,
  attemptsLeft = 3,
): Promise<{ readonly postgres: EmbeddedPostgres; readonly port: number }> {
  const port = await freePort();
  try {
    return { postgres: await startServer("18", settings, port), port };
  } catch (error) {
    if (attemptsLeft <= 1) throw error;
    return startAtFreePort(settings, attemptsLeft - 1);
  }
}

describe("the demo stack, its programs without their containers", () => {
  let postgres: EmbeddedPostgres;
  let port = 0;
  const applications: ChildProcess[] = [];
  let pgleash: Program | undefined;

  beforeAll(async () => {
    const flags = serviceOf(compose, "postgres").command.slice(1);
    const settings = flags.map((flag) => flag.replace(/^--/, "").split("="));
    ({ postgres, port } = await startAtFreePort(Object.fromEntries(settings)));
    const admin = connectTo(postgres);
    await admin.unsafe(await readText(fileOf("postgres", "/docker-entrypoint-initdb.d/pgleash.sql")));
    await admin.end();
    // As in the image: the script lies beside `dist`.
    await copyFile(
      inRepository(fileOf("leaking-app", "/app/leaking-app.mjs")),
      join(folder, "leaking-app.mjs"),
    );
    await symlink(inRepository("dist"), join(folder, "dist"));
  });
  afterAll(async () => {
    pgleash?.kill("SIGKILL");
    for (const application of applications) application.kill("SIGKILL");
    await postgres.remove();
  });

  /** The leaking application, and all that it has said. */
  function startApplication(): { readonly child: ChildProcess; readonly said: () => string } {
    const [, script = "", ...address] = serviceOf(compose, "leaking-app").entrypoint ?? [];
    expect(address).toEqual(["postgres", "5432"]);
    const words = [script.replace(/^\/app/, folder), "127.0.0.1", String(port)];
    const child = spawn(process.execPath, words, { stdio: ["ignore", "pipe", "pipe"] });
    applications.push(child);
    let said = "";
    child.stdout.on("data", (chunk) => (said += String(chunk)));
    child.stderr.on("data", (chunk) => (said += String(chunk)));
    return { child, said: () => said };
  }

  test("the application leaks in every way that it says, and pgleash finds each", async () => {
    const application = startApplication();
    const told = await waitFor("the application to leak", () => {
      const kinds = [...application.said().matchAll(/^\S+ \((\w+)\): /gm)].map(([, kind = ""]) => kind);
      return kinds.length === 6 ? new Set(kinds) : undefined;
    });
    const text = await readText(fileOf("pgleash", "/etc/pgleash/pgleash.yml"));
    const here = text.replace("@postgres:5432", `@127.0.0.1:${port}`).replaceAll("/var/lib/pgleash", folder);
    await writeFile(join(folder, "pgleash.yml"), here);
    const [command = "", ...flags] = serviceOf(compose, "pgleash").command;
    const own = flags.map((flag) => flag.replace("/etc/pgleash", folder));
    pgleash = startProgram([command, ...own, "--web.listen-address=127.0.0.1:0"]);
    const address = await addressOf(pgleash);
    await waitFor("all kinds to be found", async () => {
      const page = await (await fetch(`${address}/metrics`)).text();
      const found = samplesOf(page, "pgleash_suspects").filter(({ value }) => value > 0);
      expect(new Set(found.map(({ labels }) => labels["kind"]))).toEqual(told);
      const pools = samplesOf(page, "pgleash_pool_excess").filter(({ value }) => value > 0);
      expect(pools).toMatchObject([{ labels: { server: "shop", pool: "orders-api" } }]);
      expect(samplesOf(page, "pgleash_enforcing")).toMatchObject([{ value: 0 }]);
      const granted = samplesOf(page, "pgleash_privilege").filter(({ value }) => value > 0);
      expect(granted.map(({ labels }) => labels["privilege"])).toEqual([
        "pg_read_all_stats",
        "pg_signal_backend",
      ]);
      return true;
    });
  });

  test("the application stops when it is told to, and can be started again", async () => {
    const [first] = applications;
    first?.kill("SIGTERM");
    expect(first && (await once(first, "close"))).toEqual([0, null]);
    const again = startApplication();
    await waitFor("it to leak anew", () => again.said().includes("(pool_overgrown): "));
    expect(again.child.exitCode).toBeNull();
  });
});

test("Prometheus takes its configuration, rules included", async () => {
  const text = await readText(fileOf("prometheus", "/etc/prometheus/prometheus.yml"));
  const [rules = ""] = /\/etc\/prometheus\/rules\/\S+/.exec(text) ?? [];
  const file = join(folder, "prometheus.yml");
  await writeFile(file, text.replace(dirname(rules), dirname(inRepository(fileOf("prometheus", rules)))));
  const { stdout } = await promisify(execFile)("promtool", ["check", "config", "--lint=all", file]);
  expect(stdout).toContain("SUCCESS");
  expect(stdout).toMatch(/[1-9]\d* rules found/);
});
