import { rm } from "node:fs/promises";
import { describe, expect, onTestFinished, test } from "vitest";

import { watchPauseFile, writePauseOrder } from "../../src/act/pause-file.ts";
import { suspectsJson, type DecidedSuspectJson } from "../../src/expose/suspects-json.ts";
import { aPolicy, aRule, noLimits } from "../support/a-case.ts";
import { leashedWatch, type LeashedWatch, type LeashedWatchOptions } from "../support/a-leashed-watch.ts";
import { aLeakyServer } from "../support/a-leaky-server.ts";
import { anAudit, aPath, linesOf } from "../support/an-audit.ts";
import { postgresMajors } from "../support/real-postgres.ts";
import { pageOf, samplesOf } from "../support/strict-exposition.ts";
import { waitFor } from "../support/wait-for.ts";

/** Whatever is leaked for a second, but for those of the application `keep`. */
const policy = aPolicy({
  rules: [aRule({ name: "leaks", minAgeSeconds: 1, minSightings: 2 })],
  protections: [{ name: "kept", mayMatch: ({ applicationName }) => applicationName !== "leak" }],
  limits: { ...noLimits, perLook: 5, perMinute: 100, perHour: 100 },
});

describe.each(postgresMajors())("on PostgreSQL %s", (major) => {
  const server = aLeakyServer(major);

  test("a dry run announces and records, and ends nobody", async () => {
    await server.forget();
    const path = await aPath();
    const warning = { ...policy, rules: policy.rules.map((rule) => ({ ...rule, warnForSeconds: 0.5 })) };
    const watch = await watching({ policy: warning, audit: await anAudit(path), isEnforcing: false });
    await looksUntil(watch, () => decisionOn(watch, "leak")?.reason === "announced");
    await looksUntil(watch, () => decisionOn(watch, "leak")?.reason === "dry_run");
    await watch.look();
    expect(decisionOn(watch, "leak")).toMatchObject({ type: "spare", reason: "acted_before" });
    expect(await server.isThere("leak")).toBe(true);
    const recorded = await linesOf(path);
    expect(recorded.map(({ type }) => type)).toEqual(["announced", "would_act"]);
    const told = watch.records.map(({ message }) => message);
    expect(told).toContain("announced: it would be ended, not before planned_at");
    expect(told.filter((message) => message === "would be ended, but this is a dry run")).toHaveLength(1);
    expect(await valueOf(watch, "pgleash_would_end_sessions", { rule: "leaks" })).toBe(1);
    expect(await valueOf(watch, "pgleash_enforcing")).toBe(0);
    await expectSums(watch);
  });

  test("enforcing ends the leaked session and nobody else, and its episode ends as terminated", async () => {
    await Promise.all([server.forget("keep"), server.forget("admin", "postgres"), server.rest("idle")]);
    // The youngest: the look that calls it leaked calls the others so as well.
    await server.forget();
    const path = await aPath();
    const watch = await watching({ policy, audit: await anAudit(path) });
    await looksUntil(watch, () => decisionOn(watch, "leak")?.type === "act");
    expect(decisionOn(watch, "leak")).toMatchObject({ outcome: "terminated", rule: "leaks" });
    expect(decisionOn(watch, "keep")).toMatchObject({ type: "spare", reason: "protected" });
    expect(decisionOn(watch, "admin")).toMatchObject({ type: "spare", reason: "superuser" });
    expect(await server.isThere("leak")).toBe(false);
    for (const name of ["keep", "admin", "idle"]) expect(await server.isThere(name)).toBe(true);

    await watch.look();
    expect(watch.endsOf("leak")).toEqual(["terminated"]);
    expect(watch.view().tally.idle_in_transaction.ended).toMatchObject({ terminated: 1, vanished: 0 });
    expect((await linesOf(path)).map(({ type }) => type)).toEqual(["intent", "outcome"]);
    expect(watch.records).toContainEqual(
      expect.objectContaining({ level: "warn", message: "session ended" }),
    );
    const acts = { action: "terminate", outcome: "terminated" };
    expect(await valueOf(watch, "pgleash_actions_total", acts)).toBe(1);
    expect(await valueOf(watch, "pgleash_budget_used", { window: "minute" })).toBe(1);
    await expectSums(watch);
  });

  test("a session that ends by itself has vanished, and is no act of ours", async () => {
    const leak = await server.forget();
    const watch = await watching({ policy, audit: await anAudit(), isEnforcing: false });
    await looksUntil(watch, () => decisionOn(watch, "leak") !== undefined);
    await leak.end();
    await waitFor("the session to be gone", async () => !(await server.isThere("leak")));
    await watch.look();
    expect(watch.endsOf("leak")).toEqual(["vanished"]);
  });

  test("held back after a reload that failed, it ends nobody and gives the lease back", async () => {
    const watch = await watching({ policy, audit: await anAudit() });
    await watch.look();
    expect(await valueOf(watch, "pgleash_lease_held")).toBe(1);
    watch.holdBack();
    await server.forget();
    await looksUntil(watch, () => decisionOn(watch, "leak")?.reason === "dry_run");
    expect(await server.isThere("leak")).toBe(true);
    expect(await valueOf(watch, "pgleash_lease_held")).toBe(0);
    expect(await server.leases()).toBe(0);
    await expectSums(watch);
  });

  test("an audit that cannot be written ends nobody, in the log and on the page", async () => {
    await server.forget();
    const watch = await watching({ policy, audit: await anAudit("/dev/full") });
    await looksUntil(watch, () => decisionOn(watch, "leak")?.reason === "audit_failing");
    await watch.look();
    expect(await server.isThere("leak")).toBe(true);
    expect(await valueOf(watch, "pgleash_audit_working")).toBe(0);
    const told = watch.records.filter(({ message }) => message.startsWith("the audit does not work"));
    expect(told).toMatchObject([{ level: "error", fields: { error: expect.stringContaining("ENOSPC") } }]);
    // The first is called off because its intent cannot be written; from then on nobody is tried. Nothing was done.
    expect(await valueOf(watch, "pgleash_actions_total")).toBe(0);
    expect(watch.view().report?.leash?.state).toMatchObject({ ledger: { entries: [] }, acted: new Map() });
    await expectSums(watch);
  });

  test("a pause holds from the next look on, until it is over", async () => {
    await server.forget();
    const file = await aPath("pause.json");
    await writePauseOrder(file, { reason: "release 7", until: null, by: "ada" });
    const watch = await watching({ policy, audit: await anAudit(), pause: watchPauseFile(file) });
    await looksUntil(watch, () => decisionOn(watch, "leak")?.reason === "paused");
    expect(decisionOn(watch, "leak")?.why).toBe("paused: release 7");
    expect(await valueOf(watch, "pgleash_paused")).toBe(1);
    expect(await server.isThere("leak")).toBe(true);
    await rm(file);
    await watch.look();
    expect(decisionOn(watch, "leak")).toMatchObject({ type: "act", outcome: "terminated" });
    expect(await valueOf(watch, "pgleash_paused")).toBe(0);
    await expectSums(watch);
  });

  test("of two processes one acts; the other says who holds the lease, and takes over", async () => {
    const [first, second] = [
      await watching({ policy, audit: await anAudit() }),
      await watching({ policy, audit: await anAudit() }),
    ];
    await first.look();
    await server.forget();
    await looksUntil(second, () => decisionOn(second, "leak")?.reason === "no_lease");
    expect(await server.isThere("leak")).toBe(true);
    const { leash } = suspectsJson([second.view()]).servers[0] ?? {};
    expect(leash).toMatchObject({
      lease: false,
      lease_refusal: expect.stringMatching(/held by pid \d+ of role "pgleash"/),
    });
    expect(second.records.map(({ message }) => message)).toContain("no lease: nobody is ended from here");

    await looksUntil(first, () => decisionOn(first, "leak")?.type === "act");
    expect(await server.isThere("leak")).toBe(false);
    await second.look();
    expect(second.endsOf("leak")).toEqual(["vanished"]);
    await first.close();
    await looksUntil(second, () => second.view().report?.leash?.situation.permits.hasLease === true);
    expect(second.records.map(({ message }) => message)).toContain("lease gained: this process acts");
    // Of the act of the first it knows nothing.
    const limits = second.records.find(({ message }) => message.startsWith("limits start from"));
    expect(limits).toMatchObject({ level: "warn", fields: { acts_last_hour: 0 } });
    for (const watch of [first, second]) await expectSums(watch);
  });

  async function watching(options: LeashedWatchOptions): Promise<LeashedWatch> {
    const watch = await leashedWatch(server, options);
    onTestFinished(() => watch.close());
    return watch;
  }
});

/** Looks again and again until it is so. */
function looksUntil(watch: LeashedWatch, isSo: () => boolean): Promise<true> {
  return waitFor("the look", async () => {
    await watch.look();
    return isSo();
  });
}

function decisionOn(
  watch: LeashedWatch,
  applicationName: string,
): DecidedSuspectJson["decision"] | undefined {
  const { suspects } = suspectsJson([watch.view()]);
  return suspects.find(({ application_name: name }) => name === applicationName)?.decision;
}

async function valueOf(
  watch: LeashedWatch,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): Promise<number> {
  const samples = samplesOf(await pageOf(watch.view()), name, labels);
  return samples.reduce((total, { value }) => total + value, 0);
}

/** Whoever was decided on was spared or acted on. */
async function expectSums(watch: LeashedWatch): Promise<void> {
  const spared = await valueOf(watch, "pgleash_suspects_spared_total");
  const acted = await valueOf(watch, "pgleash_actions_total");
  const decided = await valueOf(watch, "pgleash_suspects_decided_total");
  expect(decided).toBeGreaterThan(0);
  expect(spared + acted).toBe(decided);
}
