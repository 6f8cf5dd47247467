import { describe, expect, onTestFinished, test } from "vitest";

import type { Audit } from "../../src/act/audit.ts";
import { aPolicy } from "../support/a-case.ts";
import { leashedWatch, type LeashedWatch } from "../support/a-leashed-watch.ts";
import { aLeakyServer } from "../support/a-leaky-server.ts";
import { aLeashSettings, watchServer, type Watched } from "../support/a-watch.ts";
import { anAudit } from "../support/an-audit.ts";
import { configOf } from "../support/config-text.ts";
import { postgresMajors } from "../support/real-postgres.ts";
import { waitFor } from "../support/wait-for.ts";

const file = `policy:
  rules:
    - { name: leaks, action: terminate, match: ['kind="idle_in_transaction"', 'usename="app"'], min_age: 1h }
`;

describe.each(postgresMajors())("a process that cannot act, on PostgreSQL %s", (major) => {
  const server = aLeakyServer(major);

  test("for a failing audit leaves the lease to one that can", async () => {
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
    await server.revoke();
    const watch = await watching(await anAudit());
    await watch.look();
    expect([holdsLease(watch), await server.leases()]).toEqual([false, 0]);
    await server.grant();
    await looksUntil(watch, () => holdsLease(watch));
    await server.revoke();
    await looksUntil(watch, () => !holdsLease(watch));
    expect(await server.leases()).toBe(0);
  });

  test("for a short REVOKE ends whom it was refused, once the grant is back, and tries none of the others meanwhile", async () => {
    await server.forgetLongAgo(2);
    const audit = await anAudit();
    let intents = 0;
    const revoking: Audit = {
      ...audit,
      async record(record) {
        if (record.type === "intent" && (intents += 1) === 1) await server.revoke();
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
    expect([intents, await server.leaks()]).toEqual([1, 2]);
    await server.grant();
    await waitFor("both to be ended", async () => {
      await watch.look();
      return (await server.leaks()) === 0;
    });
  });

  async function watching(audit: Audit): Promise<LeashedWatch> {
    const watch = await leashedWatch(server, { policy: aPolicy(), audit });
    onTestFinished(() => watch.close());
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
    const place = { host: server.socketFolder, port: server.port };
    const watch = watchServer(place, { leash, everySeconds: 10, everyMs: 0 });
    onTestFinished(() => watch.close());
    return watch;
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
