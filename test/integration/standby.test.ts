import type postgres from "postgres";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";

import { createWatchRole } from "../../src/demo/create-watch-role.ts";
import type { EmbeddedPostgres } from "../../src/demo/prepare-postgres.ts";
import { watchServer, type Watched } from "../support/a-watch.ts";
import { connectTo, postgresMajors, startServer } from "../support/real-postgres.ts";
import { startStandby } from "../support/standby.ts";
import { pageOf, samplesOf } from "../support/strict-exposition.ts";
import { waitFor } from "../support/wait-for.ts";

vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

describe.each(postgresMajors())("on a standby of PostgreSQL %s", (major) => {
  let primary: EmbeddedPostgres;
  let standby: EmbeddedPostgres;
  let reader: postgres.Sql;
  let watched: Watched;

  beforeAll(async () => {
    primary = await startServer(major);
    await createWatchRole({ host: primary.socketFolder, port: primary.port });
    standby = await startStandby(primary, major);
    watched = watchServer({ host: standby.socketFolder, port: standby.port });
    reader = connectTo(standby, { applicationName: "reader" });
    await reader.unsafe("BEGIN");
    await reader.unsafe("SELECT 1");
  });
  afterAll(async () => {
    await reader.end({ timeout: 0 });
    await watched.close();
    await standby.remove();
    await primary.remove();
  });

  test("a forgotten commit is found", async () => {
    const verdict = await waitFor("it to be leaked", () => {
      const last = watched.suspectsOf("reader").at(-1)?.suspect;
      return last?.severity === "leaked" && last;
    });
    expect(verdict.kind).toBe("idle_in_transaction");
    expect(watched.view()).toMatchObject({ failure: null, looks: { connections: 1 } });
  });

  test("the server says that it is one", async () => {
    await waitFor("a look", () => watched.view().report !== null);
    expect(watched.view()).toMatchObject({
      probe: { standby: true },
      report: { snapshot: { standby: true } },
    });
    expect(await roleOnPage()).toEqual(["standby"]);
  });

  test("a promotion puts the episode out of sight, and a new one follows", async () => {
    const admin = connectTo(standby);
    await admin.unsafe("SELECT pg_promote()");
    await admin.end();
    const ends = await waitFor("the end", () => {
      const all = watched.endsOf("reader");
      return all.length > 0 && all;
    });
    expect(ends).toEqual(["lost_sight"]);
    expect(watched.suspectsOf("reader").at(-1)?.suspect).toMatchObject({
      kind: "idle_in_transaction",
      sightings: 1,
    });
  });

  test("after a promotion the page says that it is a primary", async () => {
    await waitFor("the promotion to be seen", () => watched.view().report?.snapshot.standby === false);
    await waitFor("the page to say so", async () => (await roleOnPage()).join() === "primary", 2);
    expect(watched.view().looks.connections).toBe(1);
  });

  async function roleOnPage(): Promise<readonly (string | undefined)[]> {
    const infos = samplesOf(await pageOf(watched.view()), "pgleash_server_info");
    return infos.map(({ labels }) => labels["role"]);
  }
});
