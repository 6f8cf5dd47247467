import { describe, expect, onTestFinished, test } from "vitest";

import type { Audit } from "../../src/act/audit.ts";
import type { AuditRecord } from "../../src/act/audit-record.ts";
import { removePauseOrder, watchPauseFile, writePauseOrder } from "../../src/act/pause-file.ts";
import { createWatch } from "../../src/watch/watch.ts";
import type { WatchSettings } from "../../src/watch/watch-settings.ts";
import { emptyLeash } from "../../src/decide/leash.ts";
import type { Refusal } from "../../src/decide/permit-refusals.ts";
import { aPolicy, aRule, noLimits } from "../support/a-case.ts";
import { leashedWatch, type LeashedWatch, type LeashedWatchOptions } from "../support/a-leashed-watch.ts";
import { aLeakyServer } from "../support/a-leaky-server.ts";
import { aLog } from "../support/a-log.ts";
import { aLeashSettings, aServerConfig } from "../support/a-watch.ts";
import { anAudit, aPath, linesOf } from "../support/an-audit.ts";
import { anOpening } from "../support/an-opening.ts";
import { configOf } from "../support/config-text.ts";
import { postgresMajors } from "../support/real-postgres.ts";
import { waitFor } from "../support/wait-for.ts";

const policy = aPolicy({
  rules: [aRule({ name: "leaks", minAgeSeconds: 1, minSightings: 2 })],
  limits: { ...noLimits, perLook: 5, perMinute: 100, perHour: 100 },
});

const ruled = `policy:
  rules:
    - { name: leaks, action: terminate, match: ['kind="idle_in_transaction"', 'usename="app"'], min_age: 1h }
`;

describe.each(postgresMajors())("on PostgreSQL %s", (major) => {
  const server = aLeakyServer(major);

  test("a pause that comes after the first act of a look spares the others of that look", async () => {
    const file = await aPath("pause.json");
    const order = { reason: "release 7", until: null, by: "ada" };
    const stop = (): unknown => writePauseOrder(file, order);
    const paused = { reason: "paused", why: "paused: release 7" } as const;
    expect(await endsOneOfThree({ pause: watchPauseFile(file) }, stop, paused)).toBe(2);
  });

  test("a watch that is told to stop after the first act of a look spares the others of that look", async () => {
    const stopping = new AbortController();
    const why = "stopped: new settings came during the look, or the watch ends";
    const stopped = { reason: "stopping", why } as const;
    expect(await endsOneOfThree({ stopping: stopping.signal }, () => stopping.abort(), stopped)).toBe(2);
  });

  test("E22: a look that took longer than looks are apart ends nobody", async () => {
    await server.forget();
    const path = await aPath();
    const audit = await anAudit(path);
    const watch = await leashedWatch(server, { policy, audit, pollSeconds: 0.0001 });
    onTestFinished(() => watch.close());
    await waitFor("the decision", async () => {
      await watch.look();
      return decisionsOf(watch).some(
        (one) => one.type === "spare" && one.why.startsWith("it was decided on"),
      );
    });
    expect(decisionsOf(watch)).toMatchObject([{ type: "spare", reason: "untrusted_look" }]);
    expect([await linesOf(path), await server.leaks()]).toEqual([[], 1]);
  });

  test("a pause that comes while an intent goes to the disk spares even that session, and the next look acts again", async () => {
    await server.forget();
    const [path, file] = [await aPath(), await aPath("pause.json")];
    let pauses = 0;
    const pausing = await hookedAudit(path, "intent", async () => {
      if ((pauses += 1) === 1) await writePauseOrder(file, { reason: "release 7", until: null, by: null });
    });
    const watch = await leashedWatch(server, { policy, audit: pausing, pause: watchPauseFile(file) });
    onTestFinished(() => watch.close());
    await waitFor("the intent", async () => {
      await watch.look();
      return (await linesOf(path)).length > 0;
    });
    expect(decisionsOf(watch)).toMatchObject([{ type: "spare", reason: "paused", why: "paused: release 7" }]);
    const [intent, calledOff, ...others] = await linesOf(path);
    expect([intent?.["type"], others]).toEqual(["intent", []]);
    expect(calledOff).toMatchObject({ type: "called_off", id: intent?.["id"], reason: "paused" });
    expect(watch.view().report?.leash?.state).toMatchObject({ ledger: { entries: [] }, acted: new Map() });
    expect(await server.leaks()).toBe(1);

    await removePauseOrder(file);
    await watch.look();
    expect([decisionsOf(watch)[0]?.type, await server.leaks()]).toEqual(["act", 0]);
  });

  test("a process whose rules were all removed gives the lease back", async () => {
    const audit = await anAudit();
    const settingsWith = (policyOf: string): WatchSettings => ({
      ...unaudited(policyOf),
      leash: aLeashSettings({ policy: configOf(policyOf).policy, isEnforcing: true, audit }),
    });
    const settings = settingsWith(ruled);
    const watch = createWatch({
      settings,
      leash: emptyLeash,
      opening: anOpening(),
      log: aLog().log,
      onChange: () => undefined,
    });
    onTestFinished(() => watch.close());
    await watch.look();
    expect(await server.leases()).toBe(1);
    await watch.configure(settingsWith(""));
    await watch.look();
    expect(watch.view().failure).toBeNull();
    expect(await server.leases()).toBe(0);
  });

  test("a dry run, too, shows that the audit could not be read", async () => {
    const auditProblem = "it cannot be read: EISDIR";
    const { leash, ...others } = unaudited(ruled);
    const settings = { ...others, leash: { ...leash, auditProblem } };
    const watch = createWatch({
      settings,
      leash: emptyLeash,
      opening: anOpening(),
      log: aLog().log,
      onChange: () => undefined,
    });
    onTestFinished(() => watch.close());
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
    why: Refusal,
  ): Promise<number> {
    await server.forgetLongAgo(3);
    const path = await aPath();
    const audit = await hookedAudit(path, "outcome", stop);
    const watch = await leashedWatch(server, { policy, audit, ...options });
    onTestFinished(() => watch.close());
    await waitFor("the first act", async () => {
      await watch.look();
      return decisionsOf(watch).some(({ type }) => type === "act");
    });
    const spared = { type: "spare", ...why };
    expect(decisionsOf(watch)).toMatchObject([{ type: "act" }, spared, spared]);
    expect(watch.view().report?.leash?.results).toHaveLength(1);
    expect(watch.view().report?.leash?.state.ledger.entries).toHaveLength(1);
    expect((await linesOf(path)).map(({ type }) => type)).toEqual(["intent", "outcome"]);
    // Whoever was decided on was spared or acted on.
    const { decided, spared: byReason, byRule } = watch.view().decisions;
    const [acted] = byRule.values();
    expect([byReason.get(why.reason), acted?.acts.terminate.terminated]).toEqual([2, 1]);
    expect([...byReason.values()].reduce((sum, count) => sum + count, 1)).toBe(decided);
    return server.leaks();
  }
});

/** An audit after each record of this type of which something happens. */
async function hookedAudit(path: string, type: AuditRecord["type"], happens: () => unknown): Promise<Audit> {
  const audit = await anAudit(path);
  return {
    ...audit,
    async record(record) {
      const isOnRecord = await audit.record(record);
      if (record.type === type) await happens();
      return isOnRecord;
    },
  };
}

type Decisions = NonNullable<
  NonNullable<ReturnType<LeashedWatch["view"]>["report"]>["leash"]
>["plan"]["decisions"];

function decisionsOf(watch: LeashedWatch): Decisions {
  return watch.view().report?.leash?.plan.decisions ?? [];
}
