import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type postgres from "postgres";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";

import { createWatchRole } from "../../src/demo/create-watch-role.ts";
import type { EmbeddedPostgres } from "../../src/demo/prepare-postgres.ts";
import { runWords } from "../support/a-runtime.ts";
import { connectTo, postgresMajors, startServer } from "../support/real-postgres.ts";
import { waitFor } from "../support/wait-for.ts";

vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

describe.each(postgresMajors())(
  "what one look sees on PostgreSQL %s, of whose slots most are used",
  (major) => {
    let server: EmbeddedPostgres;
    let folder: string;
    let admin: postgres.Sql;
    let sessions: readonly postgres.Sql[] = [];

    beforeAll(async () => {
      // Three of them are for superusers, and ours is one of the six that are used.
      server = await startServer(major, { max_connections: "10" });
      folder = await mkdtemp(join(tmpdir(), "pgleash-one-look-"));
      await createWatchRole({ host: server.socketFolder, port: server.port });
      admin = connectTo(server);
      await admin.unsafe("CREATE ROLE shop LOGIN");
      sessions = Array.from({ length: 4 }, () =>
        connectTo(server, { user: "shop", applicationName: "orders" }),
      );
      await Promise.all(sessions.map((sql) => sql.unsafe("SELECT 1 /*route='/cart'*/")));
      await sessions[0]?.unsafe("SELECT pg_advisory_lock(7)");
      await waitFor("the sessions to rest", async () => {
        const rows = await admin.unsafe(
          "SELECT FROM pg_stat_activity WHERE usename = 'shop' AND state_change < now() - interval '1.1 s'",
        );
        return rows.length === sessions.length;
      });
    });
    afterAll(async () => {
      await Promise.all(sessions.map((sql) => sql.end()));
      await admin.end();
      await rm(folder, { recursive: true });
      await server.remove();
    });

    test("a declared pool above its size is told, and makes the exit code 3", async () => {
      const file = await fileWith(
        `pools: [{ name: orders, match: ['application_name="orders"'], size: 2, max_overflow: 1 }]`,
      );
      const { code, stdout, stderr } = await runWords(["suspects", `--config.file=${file}`]);
      expect({ code, stderr }).toEqual({ code: 3, stderr: "" });
      expect(stdout).toBe(
        "pool orders: 4 sessions, 1 above its declared size\n0 of 5 sessions and 1 pool suspected\n",
      );
      const json = await runWords(["suspects", "--json", `--config.file=${file}`]);
      expect(json.code).toBe(3);
      expect(JSON.parse(json.stdout)).toMatchObject({
        servers: [{ slots: { used: 6, limit: 7 }, pools: [{ name: "orders", idle: 4, excess: 1 }] }],
        suspects: [],
      });
    });

    test("sessions idle for too long are found, but not who holds an advisory lock", async () => {
      const file = await fileWith(
        `detectors: { idle_too_long: { enabled: true, suspect_after: 1s, leaked_after: 1h } }
overrides:
  # Our own session rests for as long as this machine takes to get here.
  - { match: ['application_name="test"'], detectors: { idle_too_long: { enabled: false } } }`,
      );
      const terminal = { columns: 80, rows: 24 };
      const { code, stdout } = await runWords(["suspects", `--config.file=${file}`], {
        terminal: () => terminal,
      });
      expect(code).toBe(3);
      const lines = stdout.trimEnd().split("\n");
      expect(lines.filter((line) => /^suspect +idle_too_long +slot .* orders +/.test(line))).toHaveLength(3);
      expect(lines.at(-1)).toBe("3 of 5 sessions suspected");
      for (const line of lines) expect(line.length).toBeLessThan(terminal.columns);
      const piped = await runWords(["suspects", `--config.file=${file}`]);
      expect(piped.stdout).toMatch(/^VERDICT .* SERVER$/m);
      expect(lines[0]).not.toContain("SERVER");
    });

    test("they are left alone where nobody asked for them", async () => {
      const { code, stdout } = await runWords(["suspects", `--config.file=${await fileWith("every: 10s")}`]);
      expect({ code, stdout }).toEqual({ code: 0, stdout: "0 of 5 sessions suspected\n" });
    });

    async function fileWith(text: string): Promise<string> {
      const url = `postgres://pgleash@/postgres?host=${encodeURIComponent(server.socketFolder)}&port=${server.port}`;
      const file = join(folder, "pgleash.yml");
      await writeFile(file, `${text}\nservers:\n  - { name: main, url: "${url}" }\n`);
      return file;
    }
  },
);
