import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import type postgres from "postgres";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";

import type { EmbeddedPostgres } from "../../src/demo/prepare-postgres.ts";
import { runProgram } from "../support/a-program.ts";
import { connectTo, postgresMajors, startServer } from "../support/real-postgres.ts";

const player = fileURLToPath(new URL("../support/play-command.mjs", import.meta.url));

let server: EmbeddedPostgres;
let admin: postgres.Sql;
let folder = "";

beforeAll(async () => {
  server = await startServer(postgresMajors().at(-1) ?? "18", { max_prepared_transactions: "5" });
  // Whom the roles of the tests do not see.
  admin = connectTo(server, { applicationName: "ide" });
  await admin.unsafe("CREATE ROLE shop LOGIN");
  await admin.unsafe("CREATE ROLE quiet LOGIN");
  await admin.unsafe("ALTER ROLE quiet SET track_activities = off");
  folder = await mkdtemp(join(tmpdir(), "pgleash-doubt-"));
});
afterAll(async () => {
  await admin?.end();
  await server?.remove();
  await rm(folder, { recursive: true });
});

/** Runs an act of the command under watch; pgleash looks as the one role, and the act is of the other. */
function play(
  act: string,
  {
    watcher = "postgres",
    actor = watcher,
    flags = [],
  }: Partial<Record<"watcher" | "actor", string>> & {
    readonly flags?: readonly string[];
  },
): ReturnType<typeof runProgram> {
  const place = {
    PGHOST: server.socketFolder,
    PGPORT: String(server.port),
    PGUSER: actor,
    PGDATABASE: "postgres",
  };
  const words = ["check", "--grace=1s", `--username=${watcher}`, ...flags];
  return runProgram([...words, "--", process.execPath, player, act], place);
}

describe("sessions that are hidden", () => {
  test("are no calm, be it that they were there before", async () => {
    const { code, stderr } = await play("clean", { watcher: "shop" });
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(
        /no leak found, .*; but sessions that may be the command's are hidden from our role: grant it pg_monitor/,
      ),
    ]);
  });

  test.for(['--match=usename="shop"', '--match=application_name=~"test_.*"', "--tag-application-name"])(
    "are others where %s rules them out",
    async (flag) => {
      expect(await play("clean", { watcher: "shop", flags: [flag] })).toMatchObject({
        code: 0,
        stderr: expect.stringMatching(/\npgleash: no leak found, \d sessions? seen\n$|^pgleash: no leak/),
      });
    },
  );
});

describe("sessions that track no activities", () => {
  test("are no calm", async () => {
    const { code, stderr } = await play("rest", { actor: "quiet" });
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(
        /no leak found, .*; but nobody can say what sessions do .*track_activities is off/,
      ),
    ]);
  });

  test("are others where a matcher rules them out", async () => {
    expect(await play("rest", { actor: "quiet", flags: ['--match=usename="shop"'] })).toMatchObject({
      code: 0,
    });
  });
});

describe("a prepared transaction", () => {
  afterEach(() => admin.unsafe("ROLLBACK PREPARED 'order 4711'"));

  test("is judged by its database and role", async () => {
    expect(
      await play("prepare", { flags: ['--match=datname="postgres"', '--match=usename="postgres"'] }),
    ).toMatchObject({ code: 1, stderr: expect.stringContaining("gid order 4711") });
  });

  test("of another role is not told", async () => {
    const { code, stderr } = await play("prepare", { flags: ['--match=usename="shop"'] });
    expect([code, stderr]).toEqual([0, expect.not.stringContaining("prepared transaction")]);
  });

  test.for(["--tag-application-name", '--match=application_name="test_two_phases"'])(
    "may be anybody's under %s, and is warned of",
    async (flag) => {
      const { code, stderr } = await play("prepare", { flags: [flag] });
      expect([code, stderr]).toEqual([
        0,
        expect.stringContaining("warning: 1 prepared transaction began meanwhile, and was not judged: "),
      ]);
    },
  );
});

test("a report of a command that never started is not fine", async () => {
  const file = join(folder, "report.json");
  const place = { PGHOST: server.socketFolder, PGPORT: String(server.port), PGUSER: "postgres" };
  await runProgram(["check", `--report=${file}`, "--", "pytets"], place);
  expect(JSON.parse(await readFile(file, "utf8"))).toMatchObject({
    fine: false,
    why_not_started: expect.stringContaining("no such program"),
    command_exit_code: 127,
  });
});
