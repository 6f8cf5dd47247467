import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type postgres from "postgres";
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";

import { createWatchRole } from "../../src/demo/create-watch-role.ts";
import type { EmbeddedPostgres } from "../../src/demo/prepare-postgres.ts";
import { addressOf, runProgram, startProgram, type Program } from "../support/a-program.ts";
import { connectTo, postgresMajors, startServer } from "../support/real-postgres.ts";
import { watchStalls } from "../support/stalls.ts";
import { contentType, samplesOf } from "../support/strict-exposition.ts";
import { waitFor } from "../support/wait-for.ts";

vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

const anyPort = "--web.listen-address=127.0.0.1:0";

describe.each(postgresMajors())("pgleash serve, on PostgreSQL %s", (major) => {
  let server: EmbeddedPostgres;
  let folder: string;
  let admin: postgres.Sql;
  const programs: Program[] = [];

  beforeAll(async () => {
    server = await startServer(major);
    folder = await mkdtemp(join(tmpdir(), "pgleash-cli-"));
    await createWatchRole({ host: server.socketFolder, port: server.port });
    admin = connectTo(server);
  });
  afterEach(async () => {
    for (const program of programs) program.kill("SIGKILL");
    await Promise.all(programs.splice(0).map((program) => program.ended));
    await waitFor("our sessions to end", async () => (await ownSessions()) === 0);
  });
  afterAll(async () => {
    await admin.end();
    await rm(folder, { recursive: true });
    await server.remove();
  });

  test("watches the server of DATABASE_URL, and answers at every path", async () => {
    const program = serve([], { DATABASE_URL: url() });
    const address = await ready(program);
    expect(program.log().find(({ msg }) => msg === "watching")).toMatchObject({ address: "127.0.0.1" });
    const metrics = await fetch(`${address}/metrics`);
    expect(metrics.headers.get("content-type")).toBe(contentType);
    const page = await metrics.text();
    expect(samplesOf(page, "pgleash_up")).toMatchObject([{ labels: { server: "local:5432" }, value: 1 }]);
    expect(samplesOf(page, "pgleash_server_info")).toMatchObject([
      { labels: { role: "primary", pooler: "false" } },
    ]);
    expect(samplesOf(page, "process_cpu_seconds_total")).toHaveLength(1);

    expect(await answer(`${address}/-/healthy`)).toEqual([200, "pgleash is healthy.\n"]);
    expect(await answer(`${address}/-/ready`)).toEqual([200, "pgleash is ready.\n"]);
    const [landed, html] = await answer(`${address}/`);
    expect(landed).toBe(200);
    expect(html).toContain('href="/metrics"');
    const suspects = await fetch(`${address}/api/v1/suspects`);
    expect(await suspects.json()).toMatchObject({
      servers: [{ server: "local:5432", up: true }],
      suspects: [],
    });
    expect((await answer(`${address}/none`))[0]).toBe(404);
    const healthcheck = await runProgram([
      "healthcheck",
      `--web.listen-address=${address.replace("http://", "")}`,
    ]);
    expect(healthcheck).toEqual({ code: 0, stdout: "", stderr: "" });
  });

  test("watches the server of the PG variables, and ends with 0 and no session left at SIGTERM", async () => {
    const place = { PGHOST: server.socketFolder, PGPORT: String(server.port) };
    const program = serve(["--no-web.api"], { ...place, PGUSER: "pgleash", PGDATABASE: "postgres" });
    const address = await ready(program);
    expect((await answer(`${address}/api/v1/suspects`))[0]).toBe(404);
    expect(await ownSessions()).toBe(1);
    program.kill("SIGTERM");
    expect(await program.ended).toBe(0);
    expect(program.stdout()).toBe("");
    expect(program.log().at(-1)).toMatchObject({ level: "info", msg: "stopped" });
    await waitFor("the session to end", async () => (await ownSessions()) === 0, 2);
  });

  test("loads its file anew at SIGHUP, and keeps the last good one when the new one is bad", async () => {
    const file = await configFile(["one"]);
    const program = serve([`--config.file=${file}`]);
    const address = await ready(program);
    expect(await serversAt(address)).toEqual(["one"]);

    await configFile(["one", "two"]);
    program.kill("SIGHUP");
    await waitFor("the new server", async () => (await serversAt(address)).join() === "one,two");

    await writeFile(file, "servers: 7\n");
    program.kill("SIGHUP");
    const page = await waitFor("the refusal", async () => {
      const [, text] = await answer(`${address}/metrics`);
      return samplesOf(text, "pgleash_config_last_reload_successful")[0]?.value === 0 && text;
    });
    expect(samplesOf(page, "pgleash_up")).toHaveLength(2);
    const refusal = program.log().find(({ level }) => level === "error");
    expect(refusal).toMatchObject({ problems: [expect.stringContaining(`${file}:1:10`)] });
  });

  test("loads its file anew over the web only when that is enabled", async () => {
    const file = await configFile(["one"]);
    const closed = await ready(serve([`--config.file=${file}`]));
    const open = await ready(serve([`--config.file=${file}`, "--web.enable-lifecycle"]));
    await configFile(["two"]);
    expect((await answer(`${closed}/-/reload`, "POST"))[0]).toBe(403);
    expect((await answer(`${open}/-/reload`))[0]).toBe(405);
    expect(await answer(`${open}/-/reload`, "POST")).toEqual([200, "reloaded\n"]);
    expect(await serversAt(closed)).toEqual(["one"]);
    expect(await serversAt(open)).toEqual(["two"]);

    await writeFile(file, "servers: 7\n");
    const [status, body] = await answer(`${open}/-/reload`, "POST");
    expect(status).toBe(500);
    expect(body).toContain(`${file}:1:10`);
    expect(await serversAt(open)).toEqual(["two"]);
  });

  test("ends at once with 143 at a second SIGTERM, while a look hangs", async () => {
    const sockets: Socket[] = [];
    const silent = createServer((socket) => sockets.push(socket.on("error", () => {}))).listen(
      0,
      "127.0.0.1",
    );
    try {
      await once(silent, "listening");
      const address = silent.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      const hanging = `postgres://pgleash@127.0.0.1:${port}/postgres?sslmode=disable`;
      const program = serve([
        `--config.file=${await configFile(["hanging"], hanging, "every: 1m\nlook_timeout: 1m")}`,
      ]);
      const at = await addressOf(program);
      await waitFor("the look", () => sockets.length === 1);
      expect((await answer(`${at}/-/ready`))[0]).toBe(503);
      program.kill("SIGTERM");
      // Only then may the second one come: signals of one kind are not queued.
      await waitFor("the web to be closed", () =>
        fetch(at).then(
          () => false,
          () => true,
        ),
      );
      const stalls = await watchStalls();
      onTestFinished(() => stalls.stop());
      const secondMs = performance.now();
      program.kill("SIGTERM");
      expect(await program.ended).toBe(143);
      const tookMs = performance.now() - secondMs;
      expect(tookMs).toBeLessThan(1000 + 1000 * (await stalls.longestSeconds()));
    } finally {
      for (const socket of sockets) socket.destroy();
      silent.close();
    }
  });

  test("does not start with a bad file or a taken address, and says why", async () => {
    const file = join(folder, "bad.yml");
    await writeFile(file, "servers: 7\n");
    const bad = await runProgram(["serve", anyPort, `--config.file=${file}`]);
    expect(bad.code).toBe(1);
    expect(bad.stderr).toContain(`${file}:1:10`);
    const address = (await ready(serve([], { DATABASE_URL: url() }))).replace("http://", "");
    const taken = await runProgram(["serve", `--web.listen-address=${address}`], { DATABASE_URL: url() });
    expect(taken.code).toBe(1);
    expect(taken.stderr).toContain("one that is in use already");
  });

  test("a healthcheck of nobody fails", async () => {
    const { code, stderr } = await runProgram(["healthcheck", "--web.listen-address=127.0.0.1:1"]);
    expect(code).toBe(1);
    expect(stderr).toContain("no answer from 127.0.0.1:1");
  });

  function serve(words: readonly string[], variables: Readonly<Record<string, string>> = {}): Program {
    const program = startProgram(["serve", anyPort, ...words], variables);
    programs.push(program);
    return program;
  }

  function url(): string {
    return `postgres://pgleash@/postgres?host=${encodeURIComponent(server.socketFolder)}&port=${server.port}`;
  }

  async function configFile(names: readonly string[], at = url(), pace = "every: 1s"): Promise<string> {
    const file = join(folder, "pgleash.yml");
    const lines = names.map((name) => `  - { name: ${name}, url: "${at}" }\n`);
    await writeFile(file, `${pace}\nservers:\n${lines.join("")}`);
    return file;
  }

  async function ownSessions(): Promise<number> {
    return (await admin.unsafe("SELECT FROM pg_stat_activity WHERE usename = 'pgleash'")).length;
  }
});

async function answer(at: string, method = "GET"): Promise<readonly [status: number, body: string]> {
  const response = await fetch(at, { method });
  return [response.status, await response.text()];
}

async function serversAt(address: string): Promise<readonly (string | undefined)[]> {
  const [, page] = await answer(`${address}/metrics`);
  return samplesOf(page, "pgleash_up").map(({ labels }) => labels["server"]);
}

async function ready(program: Program): Promise<string> {
  const address = await addressOf(program);
  await waitFor("it to be ready", async () => (await answer(`${address}/-/ready`))[0] === 200);
  return address;
}
