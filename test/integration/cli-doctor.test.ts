import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type postgres from "postgres";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";

import { createWatchRole } from "../../src/demo/create-watch-role.ts";
import type { EmbeddedPostgres } from "../../src/demo/prepare-postgres.ts";
import { startPooler } from "../support/a-pooler.ts";
import { runProgram } from "../support/a-program.ts";
import { freePort } from "../support/free-port.ts";
import { connectTo, postgresMajors, startServer } from "../support/real-postgres.ts";
import { startStandby } from "../support/standby.ts";

vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

/** What the machine and the day decide becomes `#`. */
function settled(text: string): string {
  return text.replace(/\b\d+ ms\b/g, "# ms").replace(/PostgreSQL 1\d\.\d+/g, "PostgreSQL #");
}

describe.each(postgresMajors())("pgleash doctor, on PostgreSQL %s", (major) => {
  let server: EmbeddedPostgres;
  let folder: string;
  let admin: postgres.Sql;
  let loopbackPort: number;

  beforeAll(async () => {
    loopbackPort = await freePort();
    server = await startServer(major, { max_connections: "20" }, loopbackPort);
    folder = await mkdtemp(join(tmpdir(), "pgleash-doctor-"));
    await createWatchRole({ host: server.socketFolder, port: server.port });
    admin = connectTo(server);
    await admin.unsafe('CREATE ROLE "the blind" LOGIN');
  });
  afterAll(async () => {
    await admin.end();
    await rm(folder, { recursive: true });
    await server.remove();
  });

  function socketOf(user: string): string {
    return `host=${server.socketFolder} port=${server.port} user='${user}' dbname=postgres`;
  }

  test("finds nothing wrong where nothing is, and exits with 0", async () => {
    const { code, stdout, stderr } = await runProgram(["doctor", socketOf("pgleash")]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(settled(stdout)).toBe(`local:${server.port}
  ok       connect     ${server.socketFolder}:${server.port}, Unix socket, # ms
  ok       server      PostgreSQL #, primary, no pooler, as pgleash
  ok       sessions    1 session seen, none hidden; a look took # ms of 5 s
  ok       statements  tracked, 1024 bytes of each (track_activity_query_size)
  ok       slots       2 of 17 used

1 server: fine
`);
  });

  test("says which grant is missing where sessions are hidden, and exits with 1", async () => {
    const { code, stdout } = await runProgram(["doctor", socketOf("the blind")]);
    expect(code).toBe(1);
    expect(settled(stdout)).toContain(`
  failed   sessions    1 of 1 session hidden from the blind: it needs pg_monitor
                       run: GRANT pg_monitor TO "the blind";
`);
    expect(stdout).toMatch(/\nsomething is wrong at 1 of 1 server\n$/);
  });

  test("what it says to run takes the trouble away", async () => {
    await admin.unsafe("CREATE ROLE lacking LOGIN");
    const before = await diagnosisOf(["doctor", "--json", socketOf("lacking")]);
    expect(before).toMatchObject({ code: 1, said: { fine: false } });
    const run = before.checks.flatMap((check) => check.run);
    expect(run).toEqual(["GRANT pg_monitor TO lacking;"]);
    for (const statement of run) await admin.unsafe(statement);
    expect(await diagnosisOf(["doctor", "--json", socketOf("lacking")])).toMatchObject({
      code: 0,
      said: { fine: true },
    });
  });

  test("--json says the same under names that stay", async () => {
    const { code, said } = await diagnosisOf(["doctor", "--json", socketOf("pgleash")]);
    expect(code).toBe(0);
    const seconds = expect.any(Number);
    expect(said).toEqual({
      fine: true,
      warnings: [],
      servers: [
        {
          server: `local:${server.port}`,
          fine: true,
          failure: null,
          host: server.socketFolder,
          host_address: null,
          port: server.port,
          connect_seconds: seconds,
          encryption: { transport: "socket", version: null, cipher: null, verified: "no" },
          version: expect.stringMatching(new RegExp(`^${major}\\.`)),
          role: "primary",
          pooled: false,
          user: "pgleash",
          privileges: { pg_read_all_stats: true, pg_signal_backend: false, superuser: false },
          sessions: 1,
          hidden_sessions: 0,
          slots: { used: 2, limit: 17 },
          track_activities: true,
          track_activity_query_size: 1024,
          look_seconds: seconds,
          checks: ["connect", "server", "sessions", "statements", "slots"].map((name) => ({
            check: name,
            status: "ok",
            text: expect.any(String),
            run: [],
          })),
        },
      ],
    });
  });

  test("a host that nobody knows", async () => {
    const ran = await runProgram(["doctor", "host=no-such-host.invalid user=pgleash"]);
    expect([ran.code, ran.stderr]).toEqual([1, ""]);
    expect(ran.stdout.replace(/\(E[A-Z_]+\)/, "(E)")).toBe(`no-such-host.invalid:5432
  failed   connect     no-such-host.invalid:5432: connect: no address of no-such-host.invalid is known (E)
                       run: getent hosts no-such-host.invalid

something is wrong at 1 of 1 server
`);
  });

  test("a port where nobody listens, named by the flags of psql", async () => {
    const port = await freePort();
    const ran = await runProgram([
      "doctor",
      "--host=127.0.0.1",
      "-p",
      `${port}`,
      "-U",
      "pgleash",
      "-d",
      "postgres",
    ]);
    expect(ran).toEqual({
      code: 1,
      stderr: "",
      stdout: `127.0.0.1:${port}
  failed   connect     127.0.0.1:${port}: connect: nothing listens on 127.0.0.1:${port} (ECONNREFUSED)
                       run: pg_isready --host=127.0.0.1 --port=${port}

something is wrong at 1 of 1 server
`,
    });
  });

  test("a server without TLS, where TLS is demanded", async () => {
    const words = `host=127.0.0.1 port=${loopbackPort} user=pgleash sslmode=require`;
    const { code, stdout } = await runProgram(["doctor", words]);
    expect(code).toBe(1);
    expect(stdout).toContain("connect: the server does not support TLS, but sslmode is require: turn on ssl");
  });

  test("a role that is not there", async () => {
    const { code, checks } = await diagnosisOf(["doctor", "--json", socketOf("nobody")]);
    expect(code).toBe(1);
    expect(checks).toEqual([
      {
        check: "connect",
        status: "failed",
        text: `${server.socketFolder}:${server.port}: auth: role "nobody" does not exist`,
        run: ['CREATE ROLE "nobody" LOGIN;', 'GRANT pg_monitor TO "nobody";'],
      },
    ]);
  });

  test("a pooler in between is told, and fails only where the policy wants to act", async () => {
    const pooler = await startPooler(`${server.socketFolder}/.s.PGSQL.${server.port}`);
    const place = `host=127.0.0.1 port=${pooler.port} user=pgleash dbname=postgres sslmode=disable`;
    const watching = await diagnosisOf(["doctor", "--json", place]);
    expect(watching).toMatchObject({
      code: 0,
      said: { servers: [{ pooled: true, encryption: { transport: "plain" }, hidden_sessions: 0 }] },
    });
    expect(watching.checks[1]).toMatchObject({ check: "server", status: "warning" });
    const acting = await diagnosisOf([
      "doctor",
      "--json",
      `--config.file=${await policyFile("dry_run", place)}`,
    ]);
    expect(acting.code).toBe(1);
    expect(acting.checks[1]).toMatchObject({ check: "server", status: "failed" });
    await pooler.close();
  });

  test.for([
    { mode: "dry_run", code: 0, status: "warning" },
    { mode: "enforce", code: 1, status: "failed" },
  ])(
    "the grant to end sessions is asked for where the policy has rules: $mode",
    async ({ mode, code, status }) => {
      const file = await policyFile(mode, socketOf("pgleash"));
      expect(await diagnosisOf(["doctor", "--json", `--config.file=${file}`])).toMatchObject({
        code,
        checks: [
          {},
          {},
          {},
          {},
          {},
          { check: "signal", status, run: ["GRANT pg_signal_backend TO pgleash;"] },
        ],
      });
    },
  );

  test("activity that is not tracked goes unseen", async () => {
    await admin.unsafe("CREATE ROLE untracked LOGIN; GRANT pg_monitor TO untracked");
    await admin.unsafe("ALTER ROLE untracked SET track_activities = off");
    const { code, checks } = await diagnosisOf(["doctor", "--json", socketOf("untracked")]);
    expect(code).toBe(1);
    expect(checks[3]).toMatchObject({ check: "statements", status: "failed" });
    const silent = connectTo(server, { user: "untracked" });
    await silent.unsafe("SELECT 1");
    const others = await diagnosisOf(["doctor", "--json", socketOf("pgleash")]);
    await silent.end();
    expect(others.checks[3]).toMatchObject({
      status: "failed",
      text: "track_activities is off in 1 session: nobody can see what they do",
    });
  });

  test("a superuser is more than it takes", async () => {
    const { code, checks } = await diagnosisOf(["doctor", "--json", socketOf("postgres")]);
    expect(code).toBe(0);
    expect(checks[1]).toMatchObject({ check: "server", status: "warning" });
  });

  test("a standby is told from a primary", async () => {
    const standby = await startStandby(server, major);
    const place = `host=${standby.socketFolder} port=${standby.port} user=pgleash dbname=postgres`;
    const { stdout } = await runProgram(["doctor", place]);
    await standby.remove();
    expect(settled(stdout)).toContain("PostgreSQL #, standby, no pooler, as pgleash\n");
  });

  async function policyFile(mode: string, place: string): Promise<string> {
    const path = join(folder, "policy.yml");
    await writeFile(
      path,
      `servers: [{ name: main, url: ${JSON.stringify(place)} }]
policy:
  mode: ${mode}
  audit_file: ${join(folder, "audit.jsonl")}
  pause_file: ${join(folder, "pause.json")}
  rules:
    - { name: leaks, match: ['usename="app"', 'kind="idle_in_transaction"'], action: terminate, min_age: 1m }
`,
    );
    return path;
  }
});

type Said = {
  readonly servers: readonly { readonly checks: readonly { readonly run: readonly string[] }[] }[];
};

async function diagnosisOf(words: readonly string[]): Promise<{
  readonly code: number | string;
  readonly said: Said;
  readonly checks: Said["servers"][number]["checks"];
}> {
  const { code, stdout } = await runProgram(words);
  const said: Said = JSON.parse(stdout);
  return { code, said, checks: said.servers[0]?.checks ?? [] };
}
