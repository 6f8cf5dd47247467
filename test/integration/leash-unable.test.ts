import type postgres from "postgres";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";

import { openAudit, type Audit } from "../../src/act/audit.ts";
import type { EmbeddedPostgres } from "../../src/demo/prepare-postgres.ts";
import { aPolicy } from "../support/a-case.ts";
import { leashedWatch, type LeashedWatch } from "../support/a-leashed-watch.ts";
import { aLeashSettings, watchServer, type Watched } from "../support/a-watch.ts";
import { aPath } from "../support/an-audit.ts";
import { configOf } from "../support/config-text.ts";
import { connectTo, postgresMajors, startServer } from "../support/real-postgres.ts";
import { waitFor } from "../support/wait-for.ts";

vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

const file = `policy:
  rules:
    - { name: leaks, action: terminate, match: ['kind="idle_in_transaction"', 'usename="app"'], min_age: 1h }
`;

describe.each(postgresMajors())("a process that cannot act, on PostgreSQL %s", (major) => {
  let server: EmbeddedPostgres;
  let admin: postgres.Sql;
  const cleanups: (() => Promise<unknown>)[] = [];

  beforeAll(async () => {
    server = await startServer(major);
    admin = connectTo(server);
    await admin.unsafe("CREATE ROLE app LOGIN; CREATE ROLE pgleash LOGIN; GRANT pg_monitor TO pgleash");
  });
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
  });
  afterAll(async () => {
    await admin.end();
    await server.remove();
  });

  test("for a failing audit leaves the lease to one that can", async () => {
    await grant();
    const [broken, healthy] = [await anAudit("/dev/full"), await anAudit()];
    const [first, second] = [await watching(broken), await watching(healthy)];
    // Nothing is written yet, so that nobody knows of the disk.
    await first.look();
    await second.look();
    expect([holdsLease(first), holdsLease(second)]).toEqual([true, false]);
    await broken.record({ type: "resumed" });
    await first.look();
    await second.look();
    expect([holdsLease(first), holdsLease(second)]).toEqual([false, true]);
    expect(first.view().report?.leash?.leaseRefusal).toMatch(/^it is not asked for: the audit /);
  });

  test("takes the lease again once its audit works", async () => {
    await grant();
    let isWorking = false;
    const audit: Audit = { ...(await anAudit()), recover: () => Promise.resolve(isWorking) };
    const watch = await watching(audit);
    await watch.look();
    expect(holdsLease(watch)).toBe(false);
    isWorking = true;
    await watch.look();
    expect(holdsLease(watch)).toBe(true);
  });

  test("without the grant asks for no lease, and gives up one that it holds", async () => {
    await revoke();
    const watch = await watching(await anAudit());
    await watch.look();
    expect([holdsLease(watch), await leases()]).toEqual([false, 0]);
    await grant();
    await looksUntil(watch, () => holdsLease(watch));
    await revoke();
    await looksUntil(watch, () => !holdsLease(watch));
    expect(await leases()).toBe(0);
  });

  test("for a short REVOKE ends whom it was refused, once the grant is back, and tries none of the others meanwhile", async () => {
    await grant();
    await Promise.all([forget(), forget()]);
    // Both have leaked before the first look, so that it is one look that decides on both.
    await waitFor("two leaks of two seconds", async () => (await leaks("2 s")) === 2);
    const audit = await anAudit();
    let intents = 0;
    const revoking: Audit = {
      ...audit,
      async record(record) {
        if (record.type === "intent" && (intents += 1) === 1) await revoke();
        return audit.record(record);
      },
    };
    const watch = daemonLike(revoking);
    await waitFor("the refusal", async () => {
      await watch.look();
      return intents > 0;
    });
    expect(watch.view().report?.leash?.results).toMatchObject([{ outcome: "denied" }]);
    expect(decisionsOf(watch)).toEqual(["act", "no_privilege"]);
    await watch.look();
    expect(decisionsOf(watch)).toEqual(["no_privilege", "no_privilege"]);
    expect([intents, await leaks()]).toEqual([1, 2]);
    await grant();
    await waitFor("both to be ended", async () => {
      await watch.look();
      return (await leaks()) === 0;
    });
  });

  async function grant(): Promise<void> {
    await admin.unsafe("GRANT pg_signal_backend TO pgleash");
  }

  async function revoke(): Promise<void> {
    await admin.unsafe("REVOKE pg_signal_backend FROM pgleash");
  }

  async function watching(audit: Audit): Promise<LeashedWatch> {
    const watch = await leashedWatch(server, { policy: aPolicy(), audit });
    cleanups.push(() => watch.close());
    return watch;
  }

  /** A watch as the daemon has it, under a rule that ends whatever is leaked. */
  function daemonLike(audit: Audit): Watched {
    const { policy } = configOf(file);
    const rules = policy.rules.map((rule) => ({
      ...rule,
      minAgeSeconds: 0,
      minSightings: 1,
      minFollowedSeconds: 0,
      warnForSeconds: 0,
    }));
    const limits = { ...policy.limits, coolDownSeconds: 0, perLook: 9, perMinute: 9, share: 1 };
    const floors = { ...aLeashSettings().floors, idle_in_transaction: 0 };
    const leash = aLeashSettings({ policy: { ...policy, rules, limits }, floors, isEnforcing: true, audit });
    const watch = watchServer({ host: server.socketFolder, port: server.port }, { leash, everyMs: 0 });
    cleanups.push(() => watch.close());
    return watch;
  }

  async function anAudit(path?: string): Promise<Audit> {
    const audit = await openAudit(path ?? (await aPath()));
    cleanups.push(() => audit.close());
    return audit;
  }

  async function forget(): Promise<void> {
    const sql = connectTo(server, { user: "app", applicationName: "leak" });
    cleanups.push(() => sql.end({ timeout: 0 }));
    await sql.unsafe("BEGIN");
  }

  async function leaks(age = "0 s"): Promise<number> {
    const rows = await admin`
      SELECT FROM pg_stat_activity
      WHERE application_name = 'leak' AND state_change <= clock_timestamp() - ${age}::interval`;
    return rows.length;
  }

  async function leases(): Promise<number> {
    const rows = await admin.unsafe("SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted");
    return rows.length;
  }
});

function holdsLease(watch: LeashedWatch): boolean {
  return watch.view().report?.leash?.situation.permits.hasLease === true;
}

/** Looks again and again until it is so. */
function looksUntil(watch: LeashedWatch, isSo: () => boolean): Promise<true> {
  return waitFor("the look", async () => {
    await watch.look();
    return isSo();
  });
}

/** What was decided at the last look: `act`, or why not. */
function decisionsOf(watch: Watched): readonly string[] {
  const { decisions } = watch.view().report?.leash?.plan ?? { decisions: [] };
  return decisions.map((one) => (one.type === "act" ? one.type : one.reason));
}
