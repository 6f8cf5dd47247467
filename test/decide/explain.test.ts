import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { keyOfEpisode } from "../../src/classify/episode-key.ts";
import { decide } from "../../src/decide/decide.ts";
import { explain } from "../../src/decide/explain.ts";
import { emptyLeash, type Leash } from "../../src/decide/leash.ts";
import { builtInFloors, type Policy } from "../../src/decide/policy.ts";
import type { Situation } from "../../src/decide/situation.ts";
import type { SessionEpisode } from "../../src/decide/target.ts";
import { aLeaked, anEntry, aPolicy, aRule, aSituation } from "../support/a-case.ts";
import { arbitraryLeash } from "../support/arbitrary-leash.ts";
import { arbitraryPolicy, arbitraryRules } from "../support/arbitrary-policy.ts";
import { arbitrarySession, arbitrarySituation } from "../support/arbitrary-suspects.ts";
import { deepFreeze } from "../support/deep-freeze.ts";

type Around = {
  readonly policy?: Policy;
  readonly leash?: Leash;
  readonly situation?: Situation;
};

function explained(episode: SessionEpisode, around: Around = {}): ReturnType<typeof explain> {
  const { policy = aPolicy(), leash = emptyLeash, situation = aSituation([episode]) } = around;
  return explain(episode, { policy, leash, situation, floors: builtInFloors });
}

function reasons(episode: SessionEpisode, around: Around = {}): readonly string[] {
  return explained(episode, around)[0]?.spares.map(({ reason }) => reason) ?? [];
}

describe("a rule that matches", () => {
  test("spares for every reason that holds, the permanent ones first, then in the order in which the guards ask", () => {
    const episode = aLeaked(1, {
      severity: "suspect",
      ageSeconds: 30,
      backend: { isSuperuser: true, waitEventType: "Lock", applicationName: "pgleash" },
    });
    const pause = { reason: "release 7", untilSeconds: null, by: null };
    const situation = aSituation([episode], { permits: { isEnforcing: false, pause } });
    const [rule] = explained(episode, { situation });
    expect(rule?.spares.map(({ reason }) => reason)).toEqual([
      "superuser",
      "own_session",
      "not_leaked",
      "too_young",
      "waits_for_lock",
      "paused",
      "dry_run",
    ]);
    expect(rule?.spares.map(({ why }) => why)).toContain("paused: release 7");
    expect(new Set(rule?.spares.map(({ why }) => why)).size).toBe(7);
    expect(rule?.spares.filter(({ isPermanent }) => isPermanent)).toHaveLength(2);
  });

  test("takes nothing for permanent that is only hidden", () => {
    const hidden = { isSuperuser: null, isReplication: null, applicationName: null };
    const [rule] = explained(aLeaked(1, { ageSeconds: 30, backend: hidden }));
    expect(rule?.spares.map(({ reason, isPermanent }) => [reason, isPermanent])).toEqual([
      ["too_young", false],
      ["unknown_session", false],
      ["superuser", false],
      ["replication", false],
      ["own_session", false],
    ]);
  });

  test("leaves out what follows from its own record of a dry run, and nothing of others", () => {
    const episode = aLeaked();
    const situation = aSituation([episode], { permits: { isEnforcing: false } });
    const limits = { ...aPolicy().limits, perMinute: 1, coolDownSeconds: 60 };
    const policy = aPolicy({ limits, rules: [aRule({ warnForSeconds: 60 })] });
    const { leash } = decide(situation, emptyLeash, {
      policy: aPolicy({ limits }),
      floors: builtInFloors,
    });
    expect(leash.acted.size).toBe(1);
    expect(reasons(episode, { policy, leash, situation })).toEqual(["dry_run"]);
    const entry = anEntry({ mode: "dry_run", outcome: null });
    const ledger = { ...leash.ledger, entries: [...leash.ledger.entries, entry] };
    expect(reasons(episode, { policy, leash: { ...leash, ledger }, situation })).toEqual([
      "cool_down",
      "rate_minute",
      "dry_run",
    ]);
    // Once it enforces, a dry run was no notice, and used up nothing.
    expect(reasons(episode, { policy, leash })).toEqual(["announced"]);
  });

  test("spares nobody of whom nothing is to be said", () => {
    expect(reasons(aLeaked())).toEqual([]);
  });

  test("tells what the limits hold back, as if the session were the first of its look", () => {
    const limits = { ...aPolicy().limits, perLook: 1, perMinute: 1, coolDownSeconds: 60 };
    const entry = anEntry({ holder: { usename: "app", applicationName: "web-1", clientAddr: "10.0.0.7" } });
    const leash = { ...emptyLeash, ledger: { ...emptyLeash.ledger, entries: [entry] } };
    expect(reasons(aLeaked(), { policy: aPolicy({ limits }), leash })).toEqual(["cool_down", "rate_minute"]);
  });

  test("tells how much of the notice is left", () => {
    const policy = aPolicy({ rules: [aRule({ warnForSeconds: 60 })] });
    expect(explained(aLeaked(), { policy })[0]?.spares).toEqual([
      { reason: "announced", why: "it will be announced, 60s ahead", isPermanent: false },
    ]);
  });
});

describe("each rule", () => {
  const isApp = { text: 'usename="app"', matches: () => true };
  const isJob = { text: 'application_name="job"', matches: () => false };

  test("says which of its matchers match; one that does not match spares nobody", () => {
    const rules = [
      aRule({ name: "jobs", matches: () => false, matchers: [isApp, isJob] }),
      aRule({ name: "all", matchers: [isApp] }),
    ];
    const shown = explained(aLeaked(1, { severity: "suspect" }), { policy: aPolicy({ rules }) });
    expect(shown.map(({ rule, matches, matchers }) => [rule.name, matches, matchers])).toEqual([
      [
        "jobs",
        false,
        [
          { text: 'usename="app"', matches: true },
          { text: 'application_name="job"', matches: false },
        ],
      ],
      ["all", true, [{ text: 'usename="app"', matches: true }]],
    ]);
    expect(shown.map(({ spares }) => spares.length)).toEqual([0, 1]);
  });
});

test("what spares a suspect that is decided on alone is among what is explained, and changes nothing", () => {
  const looks = arbitrarySession(1).chain((episode) =>
    fc.record({
      episode: fc.constant(episode),
      situation: arbitrarySituation([episode]),
      leash: arbitraryLeash([episode]),
      policy: arbitraryRules.chain(arbitraryPolicy),
    }),
  );
  let spared = 0;
  fc.assert(
    fc.property(looks, ({ episode, situation, leash, policy }) => {
      const { plan } = decide(situation, leash, { policy, floors: builtInFloors });
      // Before the act: the breaker, and what is forgotten, as this look leaves them.
      const refreshed = decide({ ...situation, suspects: [] }, leash, {
        policy,
        floors: builtInFloors,
      }).leash;
      const announcements = decide(situation, leash, { policy, floors: builtInFloors }).leash.announcements;
      const before = { ...refreshed, announcements };
      deepFreeze([episode, situation, before]);
      const shown = explain(episode, { policy, situation, leash: before, floors: builtInFloors });
      const [decision] = plan.decisions;
      const isLetThrough = shown.some(({ matches, spares }) => matches && spares.length === 0);
      expect(isLetThrough).toBe(decision?.type === "act");
      if (decision?.type === "act") return;
      const ofRule = shown.find(({ rule }) => rule === decision?.rule);
      if (decision === undefined || ofRule === undefined) return;
      const isRecorded = !situation.permits.isEnforcing && decision.reason === "acted_before";
      if (isRecorded && leash.acted.get(keyOfEpisode(episode))?.mode === "dry_run") return;
      spared += 1;
      const temporary = ofRule.spares.filter(({ isPermanent }) => !isPermanent);
      const first = ofRule.spares.find(({ reason }) => reason === decision.reason);
      expect(first).toMatchObject({ reason: decision.reason, why: decision.why });
      expect(first?.isPermanent === true || temporary[0] === first).toBe(true);
    }),
    { numRuns: 1000 },
  );
  expect(spared).toBeGreaterThan(100);
});
