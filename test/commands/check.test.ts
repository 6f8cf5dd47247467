import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import type postgres from "postgres";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import type { EmbeddedPostgres } from "../../src/demo/prepare-postgres.ts";
import { runProgram, startProgram, type Program } from "../support/a-program.ts";
import { connectTo, postgresMajors, startServer } from "../support/real-postgres.ts";
import { waitFor } from "../support/wait-for.ts";

const player = fileURLToPath(new URL("../support/play-command.mjs", import.meta.url));

let server: EmbeddedPostgres;
let admin: postgres.Sql;
let folder = "";
let place: Readonly<Record<string, string>> = {};

beforeAll(async () => {
  const major = postgresMajors().at(-1) ?? "18";
  const queryIds: Readonly<Record<string, string>> = major === "13" ? {} : { compute_query_id: "on" };
  server = await startServer(major, { max_prepared_transactions: "5", ...queryIds });
  admin = connectTo(server, { applicationName: "ide" });
  await admin`SELECT 1`;
  folder = await mkdtemp(join(tmpdir(), "pgleash-check-"));
  place = {
    PGHOST: server.socketFolder,
    PGPORT: String(server.port),
    PGUSER: "postgres",
    PGDATABASE: "postgres",
  };
});
afterAll(async () => {
  await admin?.end();
  await server?.remove();
  await rm(folder, { recursive: true });
});

/** Words that run these acts under watch. */
function playing(acts: string, flags: readonly string[] = []): readonly string[] {
  return [
    "check",
    "--grace=2s",
    "--idle-in-transaction=500ms",
    ...flags,
    "--",
    process.execPath,
    player,
    ...acts.split(" "),
  ];
}

function play(acts: string, ...flags: readonly string[]): ReturnType<typeof runProgram> {
  return runProgram(playing(acts, flags), place);
}

describe("a command", () => {
  test("that closes what it opens passes, and is all that writes to standard output", async () => {
    const { code, stdout, stderr } = await play("clean");
    expect([code, stdout]).toEqual([0, ""]);
    expect(stderr.split("\n").at(-2)).toMatch(/^pgleash: no leak found, \d+ sessions? seen(?:; .*)?$/);
  });

  test("of 1,000 concurrent requests over a pool passes", async () => {
    const { code, stdout, stderr } = await play("requests", "--idle-in-transaction=10s");
    expect([code, stdout]).toEqual([0, "1000 answers\n"]);
    expect(stderr).toMatch(/^pgleash: no leak found, 2\d sessions seen(?:; .*)?\n$|warning: no session/);
  });

  test("that forgets a transaction fails, and is told which one", async () => {
    const { code, stdout, stderr } = await play("forget");
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(
      /1\. idle_in_transaction: (?:idle in its transaction|last seen idle in its transaction) .*\n {5}application {2}test_checkout_leaks\n {5}session {6}pid \d+, role postgres, database postgres, client local\n {5}state {8}idle in transaction\n/,
    );
    expect(stderr).toMatch(
      / {5}query id {5}(-?\d{5,}|\(none: the server computes none.*)\n {5}statement {4}SELECT .* AS word\n {5}origin {7}\/checkout\n/,
    );
    expect(stderr).not.toContain("secret");
    expect(stderr).toMatch(/\npgleash: 1 leak found, \d sessions seen\n$/);
  });

  test("that holds a transaction for too long fails, although it finishes it", async () => {
    const { code, stderr } = await play("hold");
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/idle in its transaction for \ds while the command ran\n.*test_slow_checkout/),
    ]);
  });

  test("that ends with a transaction open fails, although the limit was not reached", async () => {
    const { code, stderr } = await play("forgetAtTheEnd", "--idle-in-transaction=10s");
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(
        /1\. idle_in_transaction: last seen idle in its transaction for \ds, as the command ended: it may never have been finished\n.*test_checkout_leaks/,
      ),
    ]);
  });

  test("that fails keeps its exit code, and its leaks are told", async () => {
    const { code, stderr } = await play("abort fail");
    expect(code).toBe(5);
    expect(stderr).toMatch(/1\. idle_in_transaction_aborted: .*\n.*test_refund_leaks\n/);
    expect(stderr).toMatch(/1 leak found, .*, the command exited with 5\n$/);
  });

  test("that leaves sessions idle passes, unless a limit is set for that", async () => {
    expect(await play("rest")).toMatchObject({ code: 0 });
    const { code, stderr } = await play("rest", "--idle=1s");
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/idle_too_long: not used for \ds while the command ran\n.*test_pool\n/),
    ]);
  });

  test("that leaves a process with a session behind fails", async () => {
    const { code, stderr } = await play("worker");
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/idle_too_long: still there after the command ended\n.*test_worker\n/),
    ]);
    // That session ends nothing by itself, and pgleash has not ended it.
    const ended =
      await admin`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'test_worker'`;
    expect(ended).toHaveLength(1);
  });

  test("that leaves a transaction prepared fails", async () => {
    const { code, stderr } = await play("prepare");
    await admin.unsafe("ROLLBACK PREPARED 'order 4711'");
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(
        /prepared_transaction: still there after the command ended\n[^]*gid order 4711, role postgres, database postgres\n/,
      ),
    ]);
  });

  test("is asked to stop when pgleash is, and awaited", async () => {
    const program: Program = startProgram(playing("wait"), place);
    await waitFor("the command to wait", () => program.stdout() === "waiting\n");
    program.kill("SIGTERM");
    expect(await program.ended).toBe(9);
    expect(program.stdout()).toBe("waiting\ncleaning up\n");
    expect(program.stderr()).toMatch(/\d\. idle_in_transaction: .*\n.*test_interrupted\n/);
  });

  test("that is ended by a signal ends as a shell says it", async () => {
    expect(await runProgram(["check", "--", "sh", "-c", "kill -KILL $$"], place)).toMatchObject({
      code: 137,
    });
  });

  test("that is not there ends as a shell says it", async () => {
    // A folder of the PATH that may not be read makes it EACCES, whatever is in the others.
    const variables = { ...place, PATH: "/usr/bin:/bin" };
    const { code, stderr } = await runProgram(["check", "--", "pytets"], variables);
    expect([code, stderr]).toEqual([
      127,
      expect.stringContaining('the command was not started: "pytets" cannot be found: '),
    ]);
  });

  test("help for the command behind -- is its own matter", async () => {
    const { code, stdout } = await runProgram(
      ["check", "--", "sh", "-c", 'echo "$@"', "sh", "--help", "-h", "x"],
      place,
    );
    expect([code, stdout]).toEqual([0, "--help -h x\n"]);
  });
});

describe("on a server that others use", () => {
  test("only sessions with the name of the run are judged", async () => {
    const { code, stderr } = await play("untagged forget", "--tag-application-name");
    expect([code, stderr]).toEqual([1, expect.stringMatching(/application {2}pgleash-check-[0-9a-f]{8}\n/)]);
    expect(stderr).not.toContain("test_checkout_leaks");
    expect(stderr).toMatch(/warning: \d other sessions began meanwhile, and were not judged\n/);
  });

  test("a run that judges nobody is no calm, and says why", async () => {
    const { code, stderr } = await play("forget", "--tag-application-name");
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(
        /no leak found, 0 sessions seen; but none of the sessions that came was judged, .* begins with pgleash-check-\w+: have the driver take PGAPPNAME/,
      ),
    ]);
    expect(stderr).not.toContain("warning: no session");
  });

  test("only sessions that match are judged", async () => {
    expect(await play("forget", '--match=application_name="test_slow"')).toMatchObject({ code: 0 });
    expect(
      await play("forget", '--match=application_name=~"test_.*"', '--match=datname="postgres"'),
    ).toMatchObject({ code: 1 });
  });

  test("sessions that are hidden are no calm", async () => {
    await admin.unsafe("CREATE ROLE nobody LOGIN");
    const { code, stderr } = await runProgram(playing("forget", ["-U", "nobody"]), place);
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(
        /no leak found, .*; but sessions that may be the command's are hidden from our role: grant it pg_monitor/,
      ),
    ]);
  });
});

describe("what is told elsewhere", () => {
  test("the report is JSON", async () => {
    const file = join(folder, "report.json");
    const { code } = await play("forget", `--report=${file}`);
    expect(code).toBe(1);
    expect(JSON.parse(await readFile(file, "utf8"))).toMatchObject({
      fine: false,
      tag: null,
      command_exit_code: 0,
      blind: null,
      leaks: [
        {
          way: expect.stringMatching(/^(?:held|unfinished)$/),
          kind: "idle_in_transaction",
          application_name: "test_checkout_leaks",
          subject: "backend",
        },
      ],
    });
  });

  test("a report that can be written no more at the end is a failure", async () => {
    const gone = join(folder, "gone");
    await mkdir(gone);
    const { code, stderr } = await runProgram(
      ["check", `--report=${gone}/report.json`, "--", "rmdir", gone],
      place,
    );
    expect([code, stderr]).toEqual([2, expect.stringContaining("pgleash: --report: ENOENT")]);
  });

  test("GitHub is told in its own words", async () => {
    const { stderr } = await runProgram(playing("forget"), { ...place, GITHUB_ACTIONS: "true" });
    expect(stderr).toMatch(
      /^::error title=Leaked database session::test_checkout_leaks: idle_in_transaction, (?:idle in its transaction|last seen idle in its transaction) /m,
    );
  });

  test("a session gives GitHub no orders", async () => {
    const { stderr } = await runProgram(playing("forgetWithOrders"), { ...place, GITHUB_ACTIONS: "true" });
    expect(stderr).toContain(String.raw`application  \x23\x23[stop-commands]x`);
    expect(stderr).toContain(String.raw`session::\x23\x23[stop-commands]x: idle_in_transaction`);
    expect(stderr).not.toContain("##[");
  });
});
