import type postgres from "postgres";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";

import { openAudit, type Audit } from "../../src/act/audit.ts";
import { watchPauseFile, writePauseOrder } from "../../src/act/pause-file.ts";
import type { EmbeddedPostgres } from "../../src/demo/prepare-postgres.ts";
import { createWatch } from "../../src/watch/watch.ts";
import type { WatchSettings } from "../../src/watch/watch-settings.ts";
import { emptyLeash } from "../../src/decide/leash.ts";
import { aPolicy, aRule, noLimits } from "../support/a-case.ts";
import { leashedWatch, type LeashedWatch, type LeashedWatchOptions } from "../support/a-leashed-watch.ts";
import { aLog } from "../support/a-log.ts";
import { aLeashSettings, aServerConfig } from "../support/a-watch.ts";
import { aPath, linesOf } from "../support/an-audit.ts";
import { configOf } from "../support/config-text.ts";
import { connectTo, postgresMajors, startServer } from "../support/real-postgres.ts";
import { waitFor } from "../support/wait-for.ts";

vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

const policy = aPolicy({
  rules: [aRule({ name: "leaks", minAgeSeconds: 1, minSightings: 2 })],
  limits: { ...noLimits, perLook: 5, perMinute: 100, perHour: 100 },
});

const ruled = `policy:
  rules:
    - { name: leaks, action: terminate, match: ['kind="idle_in_transaction"', 'usename="app"'], min_age: 1h }
`;

describe.each(postgresMajors())("on PostgreSQL %s", (major) => {
  let server: EmbeddedPostgres;
  let admin: postgres.Sql;
  const cleanups: (() => Promise<unknown>)[] = [];

  beforeAll(async () => {
    server = await startServer(major);
    admin = connectTo(server);
    await admin.unsafe(
      "CREATE ROLE app LOGIN; CREATE ROLE pgleash LOGIN; GRANT pg_monitor, pg_signal_backend TO pgleash",
    );
  });
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
  });
  afterAll(async () => {
    await admin.end();
    await server.remove();
  });

  test("a pause that comes after the first act of a look spares the others of that look", async () => {
    const file = await aPath("pause.json");
    const order = { reason: "release 7", until: null, by: "ada" };
    const stop = (): unknown => writePauseOrder(file, order);
    expect(await endsOneOfThree({ pause: watchPauseFile(file) }, stop, "paused: release 7")).toBe(2);
  });

  test("a watch that is told to stop after the first act of a look spares the others of that look", async () => {
    const stopping = new AbortController();
    const why = "stopped: new settings came during the look, or the watch ends";
    expect(await endsOneOfThree({ stopping: stopping.signal }, () => stopping.abort(), why)).toBe(2);
  });

  test("a process whose rules were all removed gives the lease back", async () => {
    const audit = await openAudit(await aPath());
    cleanups.push(() => audit.close());
    const settingsWith = (policyOf: string): WatchSettings => ({
      ...unaudited(policyOf),
      leash: aLeashSettings({ policy: configOf(policyOf).policy, isEnforcing: true, audit }),
    });
    const settings = settingsWith(ruled);
    const watch = createWatch({ settings, leash: emptyLeash, log: aLog().log, onChange: () => undefined });
    cleanups.push(() => watch.close());
    await watch.look();
    expect(await leases()).toBe(1);
    await watch.configure(settingsWith(""));
    await watch.look();
    expect(watch.view().failure).toBeNull();
    expect(await leases()).toBe(0);
  });

  test("a dry run, too, shows that the audit could not be read", async () => {
    const auditProblem = "it cannot be read: EISDIR";
    const { leash, ...others } = unaudited(ruled);
    const settings = { ...others, leash: { ...leash, auditProblem } };
    const watch = createWatch({ settings, leash: emptyLeash, log: aLog().log, onChange: () => undefined });
    cleanups.push(() => watch.close());
    await watch.look();
    expect(watch.view().report?.leash?.auditFailure).toBe(auditProblem);
  });

  function unaudited(policyOf: string): WatchSettings {
    return {
      server: aServerConfig({ host: server.socketFolder, port: server.port }),
      labelBudget: 200,
      commentKeys: [],
      leash: aLeashSettings({ policy: configOf(policyOf).policy }),
    };
  }

  /** Three sessions leak, and somebody says stop as soon as the first of them is ended. Resolves with how many stay. */
  async function endsOneOfThree(
    options: Partial<LeashedWatchOptions>,
    stop: () => unknown,
    why: string,
  ): Promise<number> {
    await Promise.all([forget(), forget(), forget()]);
    const path = await aPath();
    const audit = await openAudit(path);
    cleanups.push(() => audit.close());
    const stopsAfterOne: Audit = {
      ...audit,
      async record(record) {
        const isOnRecord = await audit.record(record);
        if (record.type === "outcome") await stop();
        return isOnRecord;
      },
    };
    const watch = await leashedWatch(server, { policy, audit: stopsAfterOne, ...options });
    cleanups.push(() => watch.close());
    await waitFor("the first act", async () => {
      await watch.look();
      return decisionsOf(watch).some(({ type }) => type === "act");
    });
    const spared = { type: "spare", reason: "paused", why };
    expect(decisionsOf(watch)).toMatchObject([{ type: "act" }, spared, spared]);
    expect(watch.view().report?.leash?.results).toHaveLength(1);
    expect(watch.view().report?.leash?.state.ledger.entries).toHaveLength(1);
    expect((await linesOf(path)).map(({ type }) => type)).toEqual(["intent", "outcome"]);
    // Whoever was decided on was spared or acted on.
    const { decided, spared: byReason, acts } = watch.view().decisions;
    expect([byReason.get("paused"), acts.terminate.terminated]).toEqual([2, 1]);
    expect([...byReason.values()].reduce((sum, count) => sum + count, 1)).toBe(decided);
    return leaks();
  }

  async function forget(): Promise<void> {
    const sql = connectTo(server, { user: "app", applicationName: "leak" });
    cleanups.push(() => sql.end({ timeout: 0 }));
    await sql.unsafe("BEGIN");
  }

  async function leaks(): Promise<number> {
    const rows = await admin.unsafe("SELECT FROM pg_stat_activity WHERE application_name = 'leak'");
    return rows.length;
  }

  async function leases(): Promise<number> {
    const rows = await admin.unsafe("SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted");
    return rows.length;
  }
});

type Decisions = NonNullable<
  NonNullable<ReturnType<LeashedWatch["view"]>["report"]>["leash"]
>["plan"]["decisions"];

function decisionsOf(watch: LeashedWatch): Decisions {
  return watch.view().report?.leash?.plan.decisions ?? [];
}
