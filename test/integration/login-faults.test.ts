import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import type postgres from "postgres";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";

import type { EmbeddedPostgres } from "../../src/demo/prepare-postgres.ts";
import { landingPage } from "../../src/expose/landing-page.ts";
import { suspectsJson } from "../../src/expose/suspects-json.ts";
import { aLog } from "../support/a-log.ts";
import { aView } from "../support/a-view.ts";
import { watchServer } from "../support/a-watch.ts";
import { connectTo, postgresMajors, startServer } from "../support/real-postgres.ts";
import { pageOf, samplesOf } from "../support/strict-exposition.ts";
import { waitFor } from "../support/wait-for.ts";

vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

const password = "correct horse 🐎 battery";
const wrongPassword = "hunter2-wrong";

describe.each(postgresMajors())("on PostgreSQL %s", (major) => {
  let server: EmbeddedPostgres;
  let place: { readonly host: string; readonly port: number };
  let admin: postgres.Sql;

  beforeAll(async () => {
    server = await startServer(major, { password_encryption: "scram-sha-256" });
    place = { host: server.socketFolder, port: server.port };
    const hba = join(server.dataFolder, "pg_hba.conf");
    await writeFile(hba, `local all secured scram-sha-256\n${await readFile(hba, "utf8")}`);
    await server.restart();
    admin = connectTo(server);
    await admin.unsafe(`CREATE ROLE secured LOGIN PASSWORD '${password}'`);
    await admin.unsafe("CREATE ROLE blind LOGIN");
  });
  afterAll(async () => {
    await admin.end();
    await server.remove();
  });

  test("the right password opens, and shows nowhere", async () => {
    const seen = await watchedAs("secured", password, (view) => view.report !== null);
    expect(seen).not.toContain(password);
  });

  test.for([
    ["a wrong password", "secured", wrongPassword],
    ["no password", "secured", undefined],
    ["a role that does not exist", "nobody_knows", undefined],
  ] as const)("%s fails as auth, and shows nowhere", async ([_what, user, given]) => {
    const seen = await watchedAs(user, given, (view) => view.failure?.reason === "auth");
    expect(seen).toContain("look failed");
    expect(seen).not.toContain(wrongPassword);
  });

  test("a database that does not exist fails as auth", async () => {
    const watched = watchServer(place, { user: "blind", database: "none_such" });
    try {
      const failed = await waitFor("the failure", () => watched.view().failure ?? undefined);
      expect(failed.reason).toBe("auth");
    } finally {
      await watched.close();
    }
  });

  test("a role without pg_monitor says that it is blind, until it is granted", async () => {
    const { log, records } = aLog();
    const watched = watchServer(place, { user: "blind", log });
    const leak = connectTo(server, { applicationName: "leak" });
    try {
      await leak.unsafe("BEGIN");
      const blind = await waitFor("hidden sessions", () => {
        const { report } = watched.view();
        return report !== null && report.snapshot.coverage.hiddenSessions >= 2 && watched.view();
      });
      const page = await pageOf(blind);
      expect(samplesOf(page, "pgleash_hidden_sessions")[0]?.value).toBeGreaterThanOrEqual(2);
      expect(samplesOf(page, "pgleash_sessions", { state: "unknown" })[0]?.value).toBeGreaterThanOrEqual(2);
      expect(samplesOf(page, "pgleash_privilege", { privilege: "pg_read_all_stats" })).toMatchObject([
        { value: 0 },
      ]);
      await watched.look();
      const [warning, ...repeated] = records.filter(
        ({ message }) => message === "sessions are hidden from pgleash: leaks go unseen",
      );
      expect(warning).toMatchObject({ level: "warn", fields: { run: 'GRANT pg_monitor TO "blind"' } });
      expect(repeated).toEqual([]);

      await admin.unsafe(String(warning?.fields["run"]));
      await waitFor("the leak", () => watched.suspectsOf("leak").length > 0);
      expect(watched.view().report?.snapshot.coverage.hiddenSessions).toBe(0);
      expect(samplesOf(await pageOf(watched.view()), "pgleash_hidden_sessions")).toMatchObject([
        { value: 0 },
      ]);
      await waitFor(
        "the page to say that the privilege is there",
        async () => {
          const held = samplesOf(await pageOf(watched.view()), "pgleash_privilege", {
            privilege: "pg_read_all_stats",
          });
          return held[0]?.value === 1;
        },
        2,
      );
    } finally {
      await leak.end({ timeout: 0 });
      await watched.close();
    }
  });

  /** Everything that is said of a watch, once it has come so far. */
  async function watchedAs(
    user: string,
    given: string | undefined,
    isDone: (view: ReturnType<ReturnType<typeof watchServer>["view"]>) => boolean,
  ): Promise<string> {
    const { log, records } = aLog();
    const watched = watchServer(place, { user, log, ...(given === undefined ? {} : { password: given }) });
    try {
      await waitFor("the outcome", () => isDone(watched.view()));
      const view = watched.view();
      const html = landingPage(aView({ servers: [view] }), { metricsPath: "/metrics", hasApi: true });
      return JSON.stringify([records, view, suspectsJson([view]), html, await pageOf(view)]);
    } finally {
      await watched.close();
    }
  }
});
