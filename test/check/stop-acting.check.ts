import type postgres from "postgres";
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";

import { openAudit, type Audit } from "../../src/act/audit.ts";
import type { ConfiguredPolicy } from "../../src/config/config.ts";
import { emptyLeash } from "../../src/decide/leash.ts";
import type { Rule } from "../../src/decide/policy.ts";
import type { EmbeddedPostgres } from "../../src/demo/prepare-postgres.ts";
import { createWatch, type Watch } from "../../src/watch/watch.ts";
import type { WatchSettings } from "../../src/watch/watch-settings.ts";
import { aRule, noLimits } from "../support/a-case.ts";
import { aLog } from "../support/a-log.ts";
import { aLeashSettings, aServerConfig } from "../support/a-watch.ts";
import { aPath, linesOf } from "../support/an-audit.ts";
import { anOpening } from "../support/an-opening.ts";
import { checkedMajors } from "../support/checked-majors.ts";
import { configOf } from "../support/config-text.ts";
import { connectTo, startServer } from "../support/real-postgres.ts";
import { waitFor } from "../support/wait-for.ts";

// No configuration ends a session that is younger than a minute, and the watch is the configured one.
vi.setConfig({ testTimeout: 150_000, hookTimeout: 60_000 });

/** By one rule, for the sessions of one role. */
function policyFor(usename: string): ConfiguredPolicy {
  const match = `['kind="idle_in_transaction"', 'usename="${usename}"']`;
  return configOf(`policy:
  rules:
    - { name: leaks, action: terminate, match: ${match}, min_age: 1m }
`).policy;
}

describe.each(checkedMajors().slice(-1))("a look that is ending sessions, on PostgreSQL %s", (major) => {
  let server: EmbeddedPostgres;
  let admin: postgres.Sql;
  const leaked: postgres.Sql[] = [];

  beforeAll(async () => {
    server = await startServer(major);
    admin = connectTo(server);
    await admin.unsafe(
      "CREATE ROLE app LOGIN; CREATE ROLE etl LOGIN; CREATE ROLE pgleash LOGIN; GRANT pg_monitor, pg_signal_backend TO pgleash",
    );
    // Each test has leaks of its own, and they grow old together.
    for (const user of ["app", "app", "app", "app", "etl"]) {
      const sql = connectTo(server, { user, applicationName: "leak" });
      leaked.push(sql);
      await sql.unsafe("BEGIN");
    }
  });
  afterAll(async () => {
    await Promise.all(leaked.map((sql) => sql.end({ timeout: 0 })));
    await admin.end();
    await server.remove();
  });

  test("begins no further act once it is told to stop, gets new settings, or is closed", async () => {
    const audit = await openAudit(await aPath());
    onTestFinished(() => audit.close());
    let afterAct: ((watch: Watch) => unknown) | null = null;
    const settings = settingsWith(policyFor("app"), {
      ...audit,
      async record(record) {
        const isOnRecord = await audit.record(record);
        // It must not be waited for: it waits for the look.
        if (record.type === "outcome") afterAct?.(watch);
        return isOnRecord;
      },
    });
    const opening = anOpening();
    const watch = createWatch({
      settings,
      leash: emptyLeash,
      opening,
      log: aLog().log,
      onChange: () => undefined,
    });

    afterAct = (acting) => acting.stopActing();
    await waitFor("the first act", async () => (await watch.look(), acts(watch) > 0), 90);
    await watch.look();
    expect([acts(watch), await leaks()]).toEqual([1, 3]);

    await watch.configure(settings);
    let configured: unknown = null;
    afterAct = (acting) => (configured = acting.configure(settings));
    await watch.look();
    await configured;
    expect([acts(watch), await leaks()]).toEqual([2, 2]);

    let closed: unknown = null;
    afterAct = (acting) => (closed = acting.close());
    await watch.look();
    await closed;
    expect([acts(watch), await leaks()]).toEqual([3, 1]);
  });

  test("E10: rules that a reload removes withdraw what they announced, and are then out of mind", async () => {
    const path = await aPath();
    const audit = await openAudit(path);
    onTestFinished(() => audit.close());
    const settings = settingsWith(policyFor("etl"), audit, { warnForSeconds: 3600 });
    const opening = anOpening();
    const watch = createWatch({
      settings,
      leash: emptyLeash,
      opening,
      log: aLog().log,
      onChange: () => undefined,
    });
    onTestFinished(() => watch.close());
    await waitFor(
      "an announcement",
      async () => (await watch.look(), watch.leash().announcements.size > 0),
      90,
    );
    const announced = await linesOf(path);
    expect(announced).toHaveLength(1);
    expect(announced[0]).toMatchObject({ type: "announced", usename: "etl", refused_by: [] });

    await watch.configure({ ...settings, leash: aLeashSettings({ audit }) });
    await watch.look();
    const withdrawn = (await linesOf(path)).slice(announced.length);
    expect(withdrawn).toHaveLength(announced.length);
    for (const line of withdrawn)
      expect(line).toMatchObject({ type: "withdrawn", reason: "rule_gone", usename: "etl" });
    expect(watch.leash().announcements.size).toBe(0);
    await watch.look();
    expect(watch.view().report?.leash).toBeNull();
  });

  /** A watch that ends whatever has leaked for a minute, by one rule. */
  function settingsWith(
    policy: ConfiguredPolicy,
    audit: Audit,
    overrides: Partial<Rule> = {},
  ): WatchSettings {
    const rule = aRule({ minAgeSeconds: 60, minSightings: 2, ...overrides });
    return {
      server: aServerConfig({ host: server.socketFolder, port: server.port }),
      labelBudget: 200,
      commentKeys: [],
      leash: aLeashSettings({
        policy: {
          ...policy,
          rules: policy.rules.map((one) => ({ ...one, ...rule, matches: one.matches })),
          protections: [],
          limits: { ...noLimits, perLook: 9, perMinute: 99, perHour: 99 },
        },
        isEnforcing: true,
        audit,
      }),
    };
  }

  async function leaks(): Promise<number> {
    const rows = await admin.unsafe(
      "SELECT FROM pg_stat_activity WHERE application_name = 'leak' AND usename = 'app'",
    );
    return rows.length;
  }
});

function acts(watch: Watch): number {
  const rules = [...watch.view().decisions.byRule.values()];
  return rules.reduce((sum, { acts: done }) => sum + done.terminate.terminated, 0);
}
