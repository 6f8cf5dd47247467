import { spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { z } from "zod";

import type { EmbeddedPostgres } from "../../src/demo/prepare-postgres.ts";
import { readYaml } from "../deploy/files.ts";
import { runProgram } from "../support/a-program.ts";
import { runsTier } from "../support/fuzz-runs.ts";
import { requireClients } from "../support/real-clients.ts";
import { postgresMajors, startServer } from "../support/real-postgres.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const repository = fileURLToPath(new URL("../..", import.meta.url));
const suites = join(repository, "test/clients/suites");

const vitest = [
  "node_modules/.bin/vitest",
  "run",
  "--root",
  suites,
  "--config",
  join(suites, "vitest.config.ts"),
];
// -B and no cache: nothing is written beside the suites. Debian's interpreter, whose packages the clients are.
const pytest = ["/usr/bin/python3", "-B", "-m", "pytest", "-p", "no:cacheprovider", "--rootdir", suites];

const runners = [
  { runner: "vitest", clean: [...vitest, "shop"], leaking: [...vitest, "checkout"] },
  {
    runner: "pytest",
    clean: [...pytest, join(suites, "test_shop.py")],
    leaking: [...pytest, join(suites, "test_checkout.py")],
  },
];

// The oldest and the newest; others only where neither is asked for.
const ends = postgresMajors().filter((major) => major === "13" || major === "18");
const all = ends.length > 0 ? ends : postgresMajors();
const majors = runsTier() === "full" ? all : all.slice(-1);

describe.each(majors)("a real suite under pgleash check, on %s", (major) => {
  let server: EmbeddedPostgres;
  let place: Readonly<Record<string, string>> = {};

  beforeAll(async () => {
    requireClients();
    const queryIds: Readonly<Record<string, string>> = major === "13" ? {} : { compute_query_id: "on" };
    server = await startServer(major, queryIds);
    place = {
      PGHOST: server.socketFolder,
      PGPORT: String(server.port),
      PGUSER: "postgres",
      PGDATABASE: "postgres",
    };
  });
  afterAll(() => server?.remove());

  test.for(runners)("$runner: one that closes what it opens passes", async ({ clean }) => {
    const { code, stderr } = await runProgram(["check", "--", ...clean], place);
    expect([code, stderr]).toEqual([
      0,
      expect.stringMatching(/^pgleash: no leak found, \d+ sessions seen\n$/m),
    ]);
  });

  test.for(runners)(
    "$runner: one that forgets a transaction fails, and is told whose",
    async ({ leaking }) => {
      const { code, stdout, stderr } = await runProgram(
        ["check", "--idle-in-transaction=1s", "--", ...leaking],
        place,
      );
      expect([code, stderr]).toEqual([
        1,
        expect.stringMatching(
          /1\. idle_in_transaction: idle in its transaction for \ds while the command ran/,
        ),
      ]);
      expect(stdout).toContain("2 passed");
      expect(stderr).toMatch(/ application {2}test_checkout_leaks\n/);
      expect(stderr).toMatch(/ origin {7}\/checkout\n/);
      expect(stderr).toMatch(
        major === "13" ? / query id {5}\(none: the server computes none; / : / query id {5}-?\d{5,}\n/,
      );
      expect(stderr).toMatch(/\npgleash: 1 leak found, \d+ sessions seen\n$/);
    },
  );

  test.for(runners)("$runner: its sessions carry the name of the run", async ({ runner }) => {
    const { stdout, code } = await runProgram(
      ["check", "--tag-application-name", "--", "sh", "-c", namesOf[runner] ?? "false"],
      { ...place, CLIENTS: join(repository, "test/clients") },
    );
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^(pgleash-check-[0-9a-f]{8}\n)+$/)]);
    expect(new Set(stdout.trimEnd().split("\n")).size).toBe(1);
  });
});

/** What drivers make of PGAPPNAME: libpq's, node-postgres and postgres.js. */
const namesOf: Readonly<Record<string, string>> = {
  pytest: `exec /usr/bin/python3 -c "
import psycopg, psycopg2
print(psycopg.connect().execute('SHOW application_name').fetchone()[0])
cursor = psycopg2.connect('').cursor()
cursor.execute('SHOW application_name')
print(cursor.fetchone()[0])
"`,
  vitest: `cd "$CLIENTS" && exec node --input-type=module -e "
import pg from 'pg';
import postgres from 'postgres';
const client = new pg.Client();
await client.connect();
console.log((await client.query('SHOW application_name')).rows[0].application_name);
await client.end();
const sql = postgres();
console.log((await sql\\\`SHOW application_name\\\`)[0].application_name);
await sql.end();
"`,
};

const workflow = z.object({
  jobs: z.record(z.string(), z.object({ steps: z.array(z.object({ run: z.string().optional() })) })),
});

describe("the example workflow", () => {
  test("has a command line that finds the leak of a real suite", async () => {
    const [document] = await readYaml("config/github-actions/leak-check.yml");
    const { jobs } = workflow.parse(document);
    const lines = Object.values(jobs).flatMap(({ steps }) => steps.flatMap(({ run }) => run ?? []));
    const [line = "", ...others] = lines.filter((run) => run.includes("pgleash check"));
    expect(others).toEqual([]);
    const server = await startServer(majors.at(-1) ?? "18", {});
    const folder = await mkdtemp(join(tmpdir(), "pgleash-workflow-"));
    try {
      await symlink(join(repository, "dist/main.js"), join(folder, "pgleash"));
      await symlink("/usr/bin/pytest-3", join(folder, "pytest"));
      const variables = {
        PATH: `${folder}:${process.env["PATH"] ?? ""}`,
        PGHOST: server.socketFolder,
        PGPORT: String(server.port),
        PGUSER: "postgres",
        PGDATABASE: "postgres",
        GITHUB_ACTIONS: "true",
        PYTHONDONTWRITEBYTECODE: "1",
        PYTEST_ADDOPTS: `-p no:cacheprovider ${join(suites, "test_checkout.py")}`,
      };
      // As GitHub runs what its "run" says.
      const { status, stderr } = spawnSync("bash", ["-e", "-c", line], {
        cwd: folder,
        env: variables,
        encoding: "utf8",
      });
      expect([status, stderr]).toEqual([
        1,
        expect.stringMatching(/^::error title=Leaked database session::test_checkout_leaks: /m),
      ]);
      expect(JSON.parse(await readFile(join(folder, "leaks.json"), "utf8"))).toMatchObject({
        leaks: [{ kind: "idle_in_transaction" }],
      });
    } finally {
      await rm(folder, { recursive: true });
      await server.remove();
    }
  });
});
