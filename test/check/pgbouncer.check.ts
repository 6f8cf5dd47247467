import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";

import { createWatchRole } from "../../src/demo/create-watch-role.ts";
import type { EmbeddedPostgres } from "../../src/demo/prepare-postgres.ts";
import { pgbouncerVersion, startPgbouncer, type PoolMode } from "../support/a-pgbouncer.ts";
import { addressOf, runProgram, startProgram } from "../support/a-program.ts";
import { freePort } from "../support/free-port.ts";
import { startServer } from "../support/real-postgres.ts";
import { waitFor } from "../support/wait-for.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 });

// Where it is not installed, these are counted as skipped: nothing else needs a pooler that is real.
const version = pgbouncerVersion();

const modes = ["transaction", "session"] as const;

async function configFile(text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "pgleash-pgbouncer-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, "pgleash.yml");
  await writeFile(file, text);
  return file;
}

describe.skipIf(version === undefined)("through pgbouncer", () => {
  let server: EmbeddedPostgres;
  let serverPort: number;

  beforeAll(async () => {
    serverPort = await freePort();
    server = await startServer("18", {}, serverPort);
    await createWatchRole({ host: server.socketFolder, port: server.port });
  });
  afterAll(() => server.remove());

  /** A pgbouncer, and how to connect through it. */
  async function through(poolMode: PoolMode): Promise<string> {
    const pooler = await startPgbouncer(serverPort, { poolMode });
    onTestFinished(() => pooler.close());
    return `host=127.0.0.1 port=${pooler.port} user=pgleash dbname=postgres`;
  }

  test.for(modes)("doctor warns of it, and sees all the same: pool_mode=%s", async (poolMode) => {
    const { code, stdout, stderr } = await runProgram(["doctor", await through(poolMode)]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout.replace(/PostgreSQL 18\.\d+/, "PostgreSQL 18")).toContain(`
  warning  server      PostgreSQL 18, primary, behind a pooler, as pgleash: connect to the server itself; through a pooler nobody is ended
  ok       sessions `);
  });

  test("doctor fails where the policy wants to act", async () => {
    const file = await configFile(`servers: [{ name: db1, url: "${await through("transaction")}" }]
policy:
  rules: [{ name: all, match: ['usename="app"', 'kind="idle_in_transaction"'], action: terminate, min_age: 1m }]
`);
    const { code, stdout } = await runProgram(["doctor", `--config.file=${file}`]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^ {2}failed {3}server {6}PostgreSQL 18\.\d+, primary, behind a pooler, /m);
  });

  test.for(["options='-c work_mem=4MB'", "user=nobody", "dbname=pgbouncer"])(
    "doctor says who refuses %s",
    async (word) => {
      const { code, stdout } = await runProgram(["doctor", `${await through("transaction")} ${word}`]);
      expect(code).toBe(1);
      expect(stdout).toContain(" (a pooler refuses so, PostgreSQL does not: connect to the server itself)\n");
    },
  );

  test.for(modes)("serve looks through it, and says that it is there: pool_mode=%s", async (poolMode) => {
    const file = await configFile(`every: 1s
servers: [{ name: db1, url: "${await through(poolMode)}" }]
`);
    const program = startProgram(["serve", `--config.file=${file}`, "--web.listen-address=127.0.0.1:0"]);
    onTestFinished(async () => {
      program.kill("SIGKILL");
      await program.ended;
    });
    const address = await addressOf(program);
    // The third look asks its second statement, too.
    const page = await waitFor("five looks", async () => {
      const text = await (await fetch(`${address}/metrics`)).text();
      return (
        Number(/^pgleash_looks_total\{server="db1"\} (?<looks>\d+)$/m.exec(text)?.groups?.["looks"]) >= 5 &&
        text
      );
    });
    expect(page).toContain('pgleash_up{server="db1"} 1\n');
    expect(page).toMatch(/^pgleash_server_info\{.*pooler="true".*\} 1$/m);
    expect(page).not.toMatch(/^pgleash_look_failures_total\{.*\} [1-9]/m);
    expect(program.log().filter(({ level }) => level !== "info")).toMatchObject([
      { level: "warn", msg: "a pooler sits in between: connect pgleash to the server itself" },
    ]);
  });
});
