import { describe, expect, test } from "vitest";

import { backendKinds } from "../../src/classify/kind.ts";
import { builtInFloors } from "../../src/decide/policy.ts";
import { differenceOf } from "../../src/record/difference.ts";
import type { RecordedLook } from "../../src/record/recorded-look.ts";
import type { ReplayRules } from "../../src/record/replay.ts";
import { firstServerReplay, replayed, type ServerReplay } from "../../src/record/server-replay.ts";
import { aPolicy, aRule, NOW, noLimits } from "../support/a-case.ts";
import { aRecordedLook } from "../support/a-recorded-look.ts";
import { looksAt } from "../support/a-recording.ts";
import { deepFreeze } from "../support/deep-freeze.ts";
import { judging, thresholds } from "../support/thresholds.ts";

/** Whatever is idle in transaction for more than a minute is ended. */
const everybody: ReplayRules = { ...judging, policy: aPolicy(), floors: builtInFloors };

function replayAll(looks: readonly RecordedLook[], rules: ReplayRules = everybody): ServerReplay {
  return looks.reduce((before, look) => deepFreeze(replayed(before, look, rules)), firstServerReplay);
}

function lacking(rules: Partial<ReplayRules>): readonly string[] {
  return [...replayAll(looksAt([]), { ...everybody, ...rules }).unrecorded];
}

function pidsOf(acts: ServerReplay["acts"]): readonly number[] {
  return acts.map(({ episode }) => episode.backend.id.pid);
}

describe("E3: what looks come to under a policy", () => {
  test("each act once, when it would have been done", () => {
    const { acts, actsByRule, suspected, leaked, looks, fromSeconds, toSeconds } = replayAll(
      looksAt([
        { pid: 1, seconds: 45 },
        { pid: 2, seconds: 5 },
      ]),
    );
    expect(
      acts.map(({ atSeconds, rule, action, episode }) => [
        atSeconds - NOW,
        rule,
        action,
        episode.backend.id.pid,
      ]),
    ).toEqual([[20, "everything", "terminate", 1]]);
    expect([actsByRule.get("everything"), suspected, leaked, looks]).toEqual([1, 2, 1, 6]);
    expect([fromSeconds, toSeconds]).toEqual([NOW, NOW + 50]);
  });

  test("each suspect is spared once for each reason, and what would be ended is spared for none", () => {
    const { spared } = replayAll(
      looksAt([
        { pid: 1, seconds: 45 },
        { pid: 2, seconds: 45, backend: { isSuperuser: true } },
        { pid: 3, seconds: 5, looks: 4 },
      ]),
    );
    expect(spared).toEqual(
      new Map([
        ["not_leaked", 3],
        ["superuser", 1],
      ]),
    );
  });

  test("E36: nobody who is expected under it, by the configuration or by a marker that was recorded", () => {
    const statement = { head: "/*pgleash='expect=5m'*/ SELECT 1", tail: null, isCut: false };
    const looks = looksAt([{ pid: 1, seconds: 45, backend: { statement, querySeconds: 45 } }]);
    const under = (more: Partial<ReplayRules["thresholds"]>): number =>
      replayAll(looks, { ...everybody, thresholds: { ...judging.thresholds, ...more } }).suspected;
    const allowance = { matches: () => true, atMostSeconds: 3600, inAllSeconds: 3600 };
    const work = { matches: () => true, kinds: backendKinds, forSeconds: 3600, reason: null };
    expect(under({})).toBe(1);
    expect(under({ markers: [allowance] })).toBe(0);
    expect(under({ markers: [{ ...allowance, atMostSeconds: 45 }] })).toBe(1);
    expect(under({ expected: [work] })).toBe(0);
  });

  test("an episode that comes again is another one", () => {
    const first = looksAt([{ pid: 1, seconds: 45 }], { looks: 2 });
    const later = looksAt([{ pid: 1, seconds: 45, backend: { stateChange: "2026-01-02 00:00:00+00" } }], {
      looks: 2,
    });
    expect(replayAll([...first, ...later]).spared).toEqual(new Map([["not_leaked", 2]]));
  });

  test("the looks at which the budget holds somebody back, by what is used up", () => {
    const both = looksAt([1, 2].map((pid) => ({ pid, seconds: 100 })));
    const limited = aPolicy({ limits: { ...noLimits, perLook: 1, perMinute: 1 } });
    const { acts, overBudget, overBudgetBy, spared } = replayAll(both, { ...everybody, policy: limited });
    // The first look has none before it that vouches for it.
    expect(acts.map(({ atSeconds }) => atSeconds - NOW)).toEqual([10]);
    expect(overBudget).toBe(5);
    expect(overBudgetBy).toEqual(
      new Map([
        ["rate_look", 1],
        ["rate_minute", 4],
      ]),
    );
    expect(spared).toEqual(
      new Map([
        ["untrusted_look", 2],
        ["rate_look", 1],
        ["rate_minute", 1],
      ]),
    );
  });

  test("looks that quick looks called for end nobody, and use up no budget", () => {
    const looks = looksAt([{ pid: 1, seconds: 100 }]).map((look, index) => ({
      ...look,
      isOutOfTurn: index < 3,
    }));
    const { acts, overBudget, spared } = replayAll(looks);
    expect(acts.map(({ atSeconds }) => atSeconds - NOW)).toEqual([30]);
    expect(overBudget).toBe(0);
    expect([...spared.keys()]).not.toContain("out_of_turn");
  });

  test("a look at which two limits hold somebody back is one look", () => {
    const rate = { perLook: 0, perMinute: 9, perHour: 9 };
    const rules = [
      aRule({ name: "none", matches: ({ usename }) => usename === "etl", rate }),
      aRule({ name: "one", matches: ({ usename }) => usename === "app" }),
    ];
    const policy = aPolicy({ rules, limits: { ...noLimits, perLook: 1 } });
    const sessions = ["etl", "app", "app"].map((usename, pid) => ({
      pid,
      seconds: 100,
      backend: { usename },
    }));
    const { overBudget, overBudgetBy } = replayAll(looksAt(sessions, { looks: 2 }), { ...everybody, policy });
    expect(overBudget).toBe(1);
    expect(overBudgetBy).toEqual(
      new Map([
        ["rate_rule", 1],
        ["rate_look", 1],
      ]),
    );
  });

  test("what is announced, and what is withdrawn because it resolved", () => {
    const slow = aPolicy({ rules: [aRule({ warnForSeconds: 20 })] });
    const { acts, announced, withdrawn } = replayAll(
      looksAt([
        { pid: 1, seconds: 100 },
        { pid: 2, seconds: 100, looks: 3 },
      ]),
      { ...everybody, policy: slow },
    );
    expect([announced, withdrawn]).toEqual([2, 1]);
    expect(acts.map(({ atSeconds, episode }) => [atSeconds - NOW, episode.backend.id.pid])).toEqual([
      [30, 1],
    ]);
  });

  test("a process that starts anew knows what it did, and what it saw no more", () => {
    const first = looksAt([{ pid: 1, seconds: 100 }], { looks: 3 });
    const { acts, spared, suspected } = replayAll([
      ...first,
      ...looksAt([{ pid: 1, seconds: 200 }], { looks: 3 }),
    ]);
    expect([acts.length, suspected]).toEqual([1, 2]);
    expect(spared).toEqual(new Map([["untrusted_look", 1]]));
  });

  test("a process that starts anew knows nothing of what was announced, and announces it again", () => {
    const slow = { ...everybody, policy: aPolicy({ rules: [aRule({ warnForSeconds: 20 })] }) };
    const [first, second] = [100, 200].map((seconds) => looksAt([{ pid: 1, seconds }], { looks: 3 }));
    const { announced, withdrawn, acts } = replayAll([...(first ?? []), ...(second ?? [])], slow);
    expect([announced, withdrawn, acts]).toEqual([2, 0, []]);
  });

  test("the looks at which nobody could have been ended, for each cause", () => {
    const one = [{ pid: 1, seconds: 100 }];
    const { pooledLooks, unprivilegedLooks, acts } = replayAll([
      ...looksAt(one, { looks: 2, isPooled: true }),
      ...looksAt(one, { looks: 3, canSignal: false }),
      ...looksAt(one, { looks: 1, isPooled: true, canSignal: false }),
      ...looksAt(one, { looks: 4 }),
    ]);
    expect([pooledLooks, unprivilegedLooks, acts.length]).toEqual([3, 4, 1]);
  });

  test("what the configuration asks for and the recording lacks", () => {
    const younger = {
      ...thresholds,
      idle_in_transaction: { ...thresholds.idle_in_transaction, suspectAfterSeconds: 5 },
    };
    const longer = { ...thresholds.stale_active, suspectAfterSeconds: 50 };
    const older = {
      ...thresholds,
      stale_active: longer,
      idle_in_transaction: longer,
      idle_in_transaction_aborted: longer,
    };
    const quieter = {
      ...thresholds,
      pool_overgrown: { ...thresholds.pool_overgrown, suspectAfterSeconds: 50 },
    };
    const perClient = { name: "web", matches: () => true, size: 1, maxOverflow: 0, per: "client" } as const;
    expect(lacking({})).toEqual([]);
    expect(lacking({ thresholds: { defaults: younger, overrides: [], expected: [], markers: [] } })).toEqual([
      "idle_in_transaction",
    ]);
    expect(lacking({ thresholds: { defaults: older, overrides: [], expected: [], markers: [] } })).toEqual(
      [],
    );
    expect(lacking({ thresholds: { defaults: quieter, overrides: [], expected: [], markers: [] } })).toEqual([
      "quiet",
    ]);
    expect(lacking({ pools: [perClient] })).toEqual(["clients"]);
    const { ages } = aRecordedLook().asked;
    const looks = looksAt([], { asked: { ages, groupsByClient: true } });
    expect(replayAll(looks, { ...everybody, pools: [perClient] }).unrecorded).toEqual(new Set());
  });

  test("two policies differ by whom they end, and how, not by when or by which rule", () => {
    const looks = looksAt([
      { pid: 1, seconds: 100 },
      { pid: 2, seconds: 100, backend: { usename: "etl" } },
    ]);
    const actsOf = (...rules: Parameters<typeof aRule>): ServerReplay["acts"] =>
      replayAll(looks, { ...everybody, policy: aPolicy({ rules: [aRule(...rules)] }) }).acts;
    const all = actsOf();
    const app = actsOf({ name: "app", matches: ({ usename }) => usename === "app", minAgeSeconds: 130 });
    const { onlyNew, onlyOld } = differenceOf(app, all);
    expect([pidsOf(onlyNew), pidsOf(onlyOld)]).toEqual([[], [2]]);
    expect(differenceOf(all, app).otherAction).toEqual([]);
    const cancelled = differenceOf(actsOf({ action: "cancel" }), app);
    expect([pidsOf(cancelled.onlyNew), pidsOf(cancelled.onlyOld)]).toEqual([[2], []]);
    expect(
      cancelled.otherAction.map(({ act, old }) => [act.action, old.action, act.episode.backend.id.pid]),
    ).toEqual([["cancel", "terminate", 1]]);
  });
});
