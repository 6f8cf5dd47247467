import { describe, expect, test } from "vitest";

import type { LedgerEntry } from "../../src/decide/ledger.ts";
import type { SessionEpisode } from "../../src/decide/target.ts";
import { explanation, type Explanation } from "../../src/expose/explain-json.ts";
import { explanationLines } from "../../src/expose/explain-text.ts";
import { leashSentence } from "../../src/expose/leash-sentence.ts";
import { aLeaked, aLeash, anEntry, aPolicy, aRule, noLimits, NOW } from "../support/a-case.ts";
import { aLeashReport, type Deciding } from "../support/a-leash-report.ts";
import { seen } from "../support/a-sighting.ts";
import { aProbe, aReport } from "../support/a-view.ts";

const AT = "2027-01-15T08:00:00.000Z";
const LATER = { nowSeconds: NOW + 10 };

const dry = { isEnforcing: false, hasLease: false };

/** A rule with a notice of its own, under limits that remember each act. */
const strict = aPolicy({
  rules: [aRule({ name: "web", warnForSeconds: 30 })],
  limits: { ...noLimits, coolDownSeconds: 600, perMinute: 1 },
});

const atOnce = { ...strict, rules: [aRule({ name: "web" })] };

/** What a look says of a session that it read. */
function explained(episode: SessionEpisode, deciding: Deciding): Explanation {
  const leash = aLeashReport([episode], deciding);
  const report = aReport({ sightings: [seen(episode.backend)], suspects: [episode], leash });
  const { pid } = episode.backend.id;
  return explanation(report, { server: "db1", pid, probe: aProbe(), isEnforceFlagged: true });
}

/** What a look says of a pid that it did not read, after these acts. */
function unread(pid: number, probe = aProbe(), ...entries: readonly LedgerEntry[]): Explanation {
  const report = aReport({ leash: aLeashReport([], { before: aLeash(...entries) }) });
  return explanation(report, { server: "db1", pid, probe, isEnforceFlagged: true });
}

function textOf(shown: Explanation): string {
  return explanationLines(shown).join("\n");
}

describe("a session that a dry run recorded", () => {
  const episode = aLeaked(7);
  const before = aLeashReport([episode], { policy: atOnce, situation: { permits: dry } }).state;

  test.for<{ at: string; deciding: Deciding }>([
    { at: "at that look", deciding: { policy: atOnce, situation: { permits: dry } } },
    { at: "later", deciding: { policy: strict, before, situation: { ...LATER, permits: dry } } },
  ])("reads as recorded, not as ended: $at", ({ deciding }) => {
    const shown = explained(episode, deciding);
    expect(shown.rules.map(({ spared_by: spares }) => spares.map(({ reason }) => reason))).toEqual([
      ["dry_run"],
    ]);
    const text = textOf(shown);
    expect(text).toContain(
      `This session: recorded as would-be ended at ${AT} by rule web; nothing was signalled.\n`,
    );
    expect(text).not.toMatch(/was ended|ended less than|will be announced|acted_before|At that look/);
  });

  test("is held up by what a dry run recorded of others, which were not ended either", () => {
    const entry = anEntry({ mode: "dry_run", outcome: null, episode: "idle_in_transaction/8/b/p" });
    const around = { ...before, ledger: { ...before.ledger, entries: [...before.ledger.entries, entry] } };
    const text = textOf(
      explained(episode, { policy: strict, before: around, situation: { ...LATER, permits: dry } }),
    );
    expect(text).toContain(
      "cool_down: a session of the same role, application and client would have been ended less than",
    );
    expect(text).toContain(
      `pid 8: recorded as would-be ended at ${AT} by rule everything; nothing was signalled`,
    );
  });

  test("says so also when the limits have forgotten when it was", () => {
    const forgotten = { ...before, ledger: { ...before.ledger, entries: [] } };
    const text = textOf(
      explained(episode, { policy: strict, before: forgotten, situation: { ...LATER, permits: dry } }),
    );
    expect(text).toContain(
      "spared (acted_before): a dry run recorded it already, which it does once; nothing",
    );
  });

  test("is told what else would refuse it, but for the lease, which is not asked for", () => {
    const permits = { ...dry, isPooled: true, canSignal: false, isAuditWorking: false };
    for (const deciding of [
      { policy: atOnce, situation: { permits } },
      { policy: atOnce, before, situation: { ...LATER, permits } },
    ]) {
      const shown = explained(episode, deciding);
      expect(shown.suspect?.decision?.would_also_be_refused.map(({ reason }) => reason)).toEqual([
        "pooled",
        "no_privilege",
        "audit_failing",
      ]);
      expect(textOf(shown)).toMatch(
        /would also be refused: pooled \(.*\), no_privilege \(.* the grant\), audit_failing \(.*\); a dry run does not ask for the lease/,
      );
    }
    expect(explained(episode, { policy: atOnce }).suspect?.decision?.would_also_be_refused).toEqual([]);
  });
});

describe("a session that was acted on", () => {
  test("and is gone is told so: when, by which rule, and how it came out", () => {
    const entry = anEntry({ episode: "idle_in_transaction/7/b/p", rule: "web" });
    const other = anEntry({ episode: "idle_in_transaction/8/b/p" });
    const shown = unread(7, aProbe(), other, entry);
    expect(shown.acts).toEqual([expect.objectContaining({ pid: 7, rule: "web", this_session: true })]);
    const lines = explanationLines(shown);
    expect(lines[1]).toBe(`A session with this pid: pgleash ended it at ${AT} by rule web: terminated.`);
    expect(lines.join("\n")).not.toContain("One of these holds");
    expect(lines[2]).toBe("The look did not read it any more: it is gone, or no suspect now.");
    expect(explanationLines({ ...shown, hidden_sessions: 4 })[2]).toBe(
      "The look did not read it any more: it is gone, or hidden from this role, or no suspect now.",
    );
  });

  test("is told what came of it, in the words of the act", () => {
    const text = textOf(explained(aLeaked(7), { policy: atOnce, outcome: () => "moved_on" }));
    expect(text).toContain(`pgleash was to terminate it at ${AT} by rule web: moved_on: it was left alone.`);
    const open = anEntry({ episode: "idle_in_transaction/7/b/p", action: "cancel", outcome: null });
    expect(textOf(unread(7, aProbe(), open))).toContain(
      "pgleash was to cancel it at 2027-01-15T08:00:00.000Z by rule everything: nobody knows what came of it.",
    );
  });

  test("is another one than an earlier session of the same pid", () => {
    const before = aLeash(anEntry({ episode: "idle_in_transaction/7/2025-01-01 00:00:00+00/p" }));
    const shown = explained(aLeaked(7), { policy: aPolicy({ rules: [] }), before });
    expect(shown.acts).toMatchObject([{ pid: 7, this_session: false }]);
    expect(textOf(shown)).toContain("An earlier session with this pid: pgleash ended it at");
  });

  test("comes first, however much was done to others of its holder", () => {
    const others = Array.from({ length: 30 }, (_, index) =>
      anEntry({ episode: `idle_in_transaction/${100 + index}/b/p` }),
    );
    const before = aLeash(anEntry({ episode: "idle_in_transaction/7/x/p" }), ...others);
    const { acts } = explained(aLeaked(7), { policy: aPolicy({ rules: [] }), before });
    expect([acts[0]?.pid, acts[1]?.pid, acts.length]).toEqual([7, 129, 20]);
  });
});

describe("a pid that no look read", () => {
  test("is pgleash's own, unless a pooler gives each statement another session", () => {
    const shown = unread(4001);
    expect(shown.own_session).toBe(true);
    expect(explanationLines(shown)).toEqual([
      expect.stringContaining("pid 4001 on db1"),
      "It is pgleash's own session: no look reads it, and it is never ended.",
    ]);
    expect(unread(4001, aProbe({ pooled: true })).own_session).toBe(false);
  });

  test("was never acted on, and may be many things", () => {
    const entry = anEntry({ episode: "idle_in_transaction/70/b/p" });
    expect(textOf(unread(7, aProbe(), entry))).toMatch(/not acted on it lately. One of these holds:/);
  });
});

describe("what can never change", () => {
  const few = { sightings: 1, backend: { isSuperuser: true, usename: "postgres" } };
  const patient = aPolicy({ rules: [aRule({ minSightings: 3 })] });

  test("leads, though another guard asks first", () => {
    const shown = explained(aLeaked(7, few), { policy: patient });
    expect(shown.suspect?.decision?.reason).toBe("too_few_sightings");
    expect(shown.never_ended).toEqual(["superuser"]);
    const lines = explanationLines(shown);
    expect(lines[3]).toMatch(
      /^Its role postgres is a superuser: it can never be ended, whatever else changes/,
    );
    expect(lines.slice(-4)).toEqual([
      "Rule everything matches, and can never terminate it, whatever else changes:",
      expect.stringContaining("  superuser: "),
      "Besides, as things stand:",
      "  too_few_sightings: it was seen on 1 of 3 looks",
    ]);
  });

  test("is that a session belongs to pgleash, too", () => {
    const shown = explained(aLeaked(7, { backend: { usename: "pgleash" } }), {});
    expect([shown.never_ended, shown.own_session]).toEqual([["own_session"], false]);
    expect(textOf(shown)).toContain("It belongs to pgleash, this one or another: it can never be ended");
  });
});

test("the leash is said as the page says it, with who paused it, until when, and who has the lease", () => {
  const pause = { reason: "release 7", untilSeconds: NOW + 3600, by: "ada" };
  const deciding = {
    situation: { permits: { pause, hasLease: false } },
    refusals: { leaseRefusal: "it is held by pid 17" },
  };
  const sentence = leashSentence(aLeashReport([aLeaked(7)], deciding), { isEnforceFlagged: true });
  expect(sentence).toContain(
    "paused by ada until 2027-01-15T09:00Z: release 7; no lease: it is held by pid 17",
  );
  expect(textOf(explained(aLeaked(7), deciding))).toContain(`The leash: ${sentence}.\n`);
});
