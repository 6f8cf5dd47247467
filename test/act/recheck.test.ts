import { describe, expect, test } from "vitest";

import type { Audit } from "../../src/act/audit.ts";
import type { AuditRecord } from "../../src/act/audit-record.ts";
import { carryOut } from "../../src/act/carry-out.ts";
import { decide } from "../../src/decide/decide.ts";
import { emptyLeash } from "../../src/decide/leash.ts";
import { builtInFloors, type Policy } from "../../src/decide/policy.ts";
import { addPlan, emptyDecisionTally } from "../../src/decide/tally.ts";
import type { SessionEpisode } from "../../src/decide/target.ts";
import type { Session } from "../../src/postgres/session.ts";
import { aLeaked, aPolicy, aRule, aSituation, leakedSessions, NOW } from "../support/a-case.ts";

const breaker = { futileActs: 3, unconfirmedActs: 2, windowSeconds: 600, coolDownSeconds: 1800 };

type Carrying = {
  readonly policy?: Policy;
  /** On which every question and each signal fails; else whoever is signalled is gone. */
  readonly isServerFailing?: boolean;
  readonly isOnRecord?: (record: AuditRecord) => boolean;
  /** How many seconds each act takes. */
  readonly actSeconds?: number;
};

/** Carries out a plan that ends all of these, where a look is taken every ten seconds. */
async function carriedOut(
  episodes: readonly SessionEpisode[],
  {
    policy = aPolicy({ breaker }),
    isServerFailing = false,
    isOnRecord = () => true,
    actSeconds = 0,
  }: Carrying,
) {
  const types: AuditRecord["type"][] = [];
  let signals = 0;
  let known = emptyLeash;
  const session: Session = {
    query(text) {
      const isSignal = text.includes("pg_terminate_backend");
      if (isSignal) signals += 1;
      if (isServerFailing) return Promise.reject(new Error("it is gone"));
      return Promise.resolve({
        rows: [isSignal ? { signalled: true } : { session: 0, statement: 0 }],
        announcedPid: 1,
      });
    },
    isOpen: () => true,
    close: () => Promise.resolve(),
  };
  const audit: Audit = {
    record(record) {
      types.push(record.type);
      return Promise.resolve(isOnRecord(record));
    },
    recordAll: () => Promise.resolve(true),
    isWorking: () => true,
    failure: () => "ENOSPC",
    recover: () => Promise.resolve(true),
    reopen: () => Promise.resolve(true),
    close: () => Promise.resolve(),
  };
  const decided = decide(aSituation(episodes), emptyLeash, { policy, floors: builtInFloors });
  expect(decided.plan.decisions.filter(({ type }) => type === "act")).toHaveLength(episodes.length);
  const { plan, results, leash } = await carryOut(
    session,
    { ...decided, before: emptyLeash },
    {
      server: "main",
      version: 180_000,
      policy,
      floors: builtInFloors,
      lookSeconds: NOW,
      lookAgeSeconds: () => signals * actSeconds,
      pollSeconds: 10,
      audit,
      whyStop: () => Promise.resolve(null),
      remember: (remembered) => void (known = remembered),
    },
  );
  // Whoever was decided on was spared or acted on, and only acts count.
  const { decided: sum, spared } = addPlan(emptyDecisionTally, plan, results);
  expect([...spared.values()].reduce((all, count) => all + count, results.length)).toBe(sum);
  expect([leash.ledger.entries.length, leash.acted.size]).toEqual([results.length, results.length]);
  expect(known).toEqual(leash);
  const reasons = plan.decisions.map((one) => (one.type === "act" ? one.type : one.reason));
  return { plan, reasons, types, signals, leash };
}

describe("E17, E22: a plan is checked again before each of its acts", () => {
  test("no look does more acts that nobody saw work than the breaker takes to open", async () => {
    const { reasons, signals } = await carriedOut(leakedSessions(4), { isServerFailing: true });
    expect(reasons).toEqual(["act", "act", "breaker_open", "breaker_open"]);
    expect(signals).toBe(2);
  });

  test("no look ends more of one application than the breaker judges by, and others all the same", async () => {
    const other = aLeaked(9, { backend: { applicationName: "web-2" }, ageSeconds: 1199 });
    const { reasons, signals } = await carriedOut([...leakedSessions(5), other], {});
    expect(reasons).toEqual(["act", "act", "act", "breaker_open", "breaker_open", "act"]);
    expect(signals).toBe(4);
  });

  test("a plan that took two times as long as looks are apart is left to the next look", async () => {
    const { reasons } = await carriedOut(leakedSessions(4), { policy: aPolicy(), actSeconds: 8 });
    expect(reasons).toEqual(["act", "act", "act", "untrusted_look"]);
  });

  test("a window that ends during the look spares the rest of its rule, and no other", async () => {
    const closing = aRule({
      name: "closing",
      matches: ({ applicationName }) => applicationName === "web-1",
      isOpenAt: (seconds) => seconds < NOW + 5,
    });
    const open = aRule({ name: "open", matches: ({ applicationName }) => applicationName === "web-2" });
    const policy = aPolicy({ rules: [closing, open] });
    const other = aLeaked(9, { backend: { applicationName: "web-2" }, ageSeconds: 1199 });
    const { reasons } = await carriedOut([...leakedSessions(3), other], { policy, actSeconds: 5 });
    expect(reasons).toEqual(["act", "outside_window", "outside_window", "act"]);
  });
});

describe("E22: an intent that cannot be put on record", () => {
  test("is called off: nothing was sent, and so nothing counts, and the rest is spared for the same reason", async () => {
    const { plan, types, signals, leash } = await carriedOut(leakedSessions(3), { isOnRecord: () => false });
    const why = "its intent could not be put on record: ENOSPC";
    const spared = { type: "spare", reason: "audit_failing", why };
    expect(plan.decisions).toMatchObject([spared, spared, spared]);
    expect([signals, leash]).toEqual([0, emptyLeash]);
    // The intent may have come to the disk all the same: there it is closed.
    expect(types).toEqual(["intent", "called_off"]);
  });

  test("opens no breaker, and the next look may try again", async () => {
    const { leash } = await carriedOut(leakedSessions(3), { isOnRecord: () => false });
    const next = decide(aSituation(leakedSessions(3), { nowSeconds: NOW + 10 }), leash, {
      policy: aPolicy({ breaker }),
      floors: builtInFloors,
    });
    expect(next.leash.ledger.breaker.state).toBe("closed");
    expect(next.plan.decisions.map(({ type }) => type)).toEqual(["act", "act", "act"]);
  });
});
