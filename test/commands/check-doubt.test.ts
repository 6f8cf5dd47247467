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

/** Runs acts of the command under watch; pgleash looks as the one role, and the acts are of the other. */
function play(
  acts: string,
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
  return runProgram([...words, "--", process.execPath, player, ...acts.split(" ")], place);
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

  test.for([
    ['--match=usename="shop"', "named"],
    ['--match=application_name=~"test_.*"', "named"],
    ["--tag-application-name", "unnamed"],
  ] as const)("are others where %s rules them out", async ([flag, act]) => {
    expect(await play(act, { watcher: "shop", flags: [flag] })).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/\npgleash: no leak found, \d sessions? seen\n$|^pgleash: no leak/),
    });
  });
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
    const { code, stderr } = await play("named prepare", { flags: ['--match=usename="shop"'] });
    expect([code, stderr]).toEqual([2, expect.not.stringContaining("prepared transaction")]);
  });

  test.for([
    ["--tag-application-name", "unnamed prepare"],
    ['--match=application_name=~"test_.*"', "named prepare"],
  ] as const)("may be anybody's under %s, and is warned of", async ([flag, acts]) => {
    const { code, stderr } = await play(acts, { flags: [flag] });
    expect([code, stderr]).toEqual([
      0,
      expect.stringContaining("warning: 1 prepared transaction began meanwhile, and was not judged: "),
    ]);
  });
});

describe("a session that was in a transaction when last seen", () => {
  test("too briefly to be blamed, is told of", async () => {
    const file = join(folder, "brief.json");
    const { code, stderr } = await play("forgetBriefly", { flags: [`--report=${file}`] });
    expect([code, stderr]).toEqual([
      0,
      expect.stringMatching(
        /^pgleash: no leak found, 2 sessions seen; 1 session was inside a transaction when last seen, too briefly .*: lower --idle-in-transaction, or let the command wait/,
      ),
    ]);
    expect(JSON.parse(await readFile(file, "utf8"))).toMatchObject({ fine: true, went_in_transaction: 1 });
  });

  test("is a leak by a limit that is as short", async () => {
    const { code, stderr } = await play("forgetBriefly", { flags: ["--idle-in-transaction=200ms"] });
    expect([code, stderr]).toEqual([1, expect.stringMatching(/\npgleash: 1 leak found, 2 sessions seen\n$/)]);
  });
});

describe("a run that judges nobody", () => {
  test("where others came, is no calm", async () => {
    const file = join(folder, "nobody.json");
    const { code, stderr } = await play("rest", {
      flags: ['--match=usename="shop"', `--report=${file}`],
    });
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/seen; but none of the sessions that came was judged, since none matches: see /),
    ]);
    expect(JSON.parse(await readFile(file, "utf8"))).toMatchObject({
      fine: false,
      sessions: 0,
      blind: expect.stringContaining("none of the sessions"),
    });
  });

  test("where nobody came, is warned of", async () => {
    const { code, stderr } = await play("fail", { flags: ["--tag-application-name"] });
    expect([code, stderr]).toEqual([5, expect.stringMatching(/warning: no session was seen at /)]);
    expect(stderr).not.toContain("; but ");
  });
});

test("a report of a command that never started is not fine", async () => {
  const file = join(folder, "report.json");
  const place = { PGHOST: server.socketFolder, PGPORT: String(server.port), PGUSER: "postgres" };
  await runProgram(["check", `--report=${file}`, "--", "pytets"], place);
  expect(JSON.parse(await readFile(file, "utf8"))).toMatchObject({
    fine: false,
    why_not_started: expect.stringContaining('"pytets" cannot be found'),
    command_exit_code: 127,
  });
});
