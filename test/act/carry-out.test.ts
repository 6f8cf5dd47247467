import { describe, expect, test } from "vitest";

import type { Audit } from "../../src/act/audit.ts";
import type { AuditRecord } from "../../src/act/audit-record.ts";
import { carryOut, type CarryOutOptions } from "../../src/act/carry-out.ts";
import { decide } from "../../src/decide/decide.ts";
import { emptyLeash } from "../../src/decide/leash.ts";
import type { Outcome } from "../../src/decide/ledger.ts";
import type { Refusal } from "../../src/decide/permit-refusals.ts";
import { builtInFloors, type Policy } from "../../src/decide/policy.ts";
import { addPlan, emptyDecisionTally } from "../../src/decide/tally.ts";
import type { SessionEpisode } from "../../src/decide/target.ts";
import type { Session } from "../../src/postgres/session.ts";
import { aLeaked, aPolicy, aRule, aSituation, leakedSessions, NOW } from "../support/a-case.ts";

const pause: Refusal = { reason: "paused", why: "paused: release 7" };

type Event = "asked" | "cancel" | "terminate" | AuditRecord["type"];

/** A server on which each signal is sent, a cancel does nothing, and whoever is terminated is gone. */
function aServer(happened: (event: Event) => void): Session {
  return {
    query: (text) => {
      const isCancel = text.includes("pg_cancel_backend");
      const isSignal = isCancel || text.includes("pg_terminate_backend");
      if (isSignal) happened(isCancel ? "cancel" : "terminate");
      const rows = isSignal ? [{ signalled: true }] : [{ session: 0, statement: 1 }];
      return Promise.resolve({ rows, announcedPid: 1 });
    },
    isOpen: () => true,
    close: () => Promise.resolve(),
  };
}

function anAudit(records: AuditRecord[], happened: (event: Event) => void): Audit {
  return {
    record(record) {
      records.push(record);
      happened(record.type);
      return Promise.resolve(true);
    },
    recordAll(all) {
      for (const one of all) happened(one.type);
      records.push(...all);
      return Promise.resolve(true);
    },
    isWorking: () => true,
    failure: () => null,
    recover: () => Promise.resolve(true),
    reopen: () => Promise.resolve(true),
    close: () => Promise.resolve(),
  };
}

type Given = {
  readonly stopAfter: Event | null;
  readonly times?: number;
  readonly stop?: Refusal;
  readonly isEnforcing?: boolean;
  readonly policy?: Policy;
  readonly pollSeconds?: number;
  /** Stands in the way of what is put on record all at once. */
  readonly audit?: Pick<Audit, "recordAll">;
};

/** Carries out a plan that ends all of these; somebody says stop as soon as this has happened so many times. */
async function carriedOut(
  episodes: readonly SessionEpisode[],
  { stopAfter, times = 1, stop = pause, isEnforcing = true, policy = aPolicy(), ...given }: Given,
): Promise<
  Awaited<ReturnType<typeof carryOut>> & {
    readonly events: readonly Event[];
    readonly records: readonly AuditRecord[];
    /** The outcomes of the acts that the next process would know of if its file began with the record of this type. */
    readonly known: readonly (readonly [AuditRecord["type"], ...(Outcome | null)[]])[];
  }
> {
  const events: Event[] = [];
  const records: AuditRecord[] = [];
  const happened = (event: Event): void => void events.push(event);
  let remembered = emptyLeash;
  const known: (readonly [AuditRecord["type"], ...(Outcome | null)[]])[] = [];
  const recorded = (event: Event): void => {
    if (event !== "asked" && event !== "cancel" && event !== "terminate")
      known.push([event, ...remembered.ledger.entries.map(({ outcome }) => outcome)]);
    happened(event);
  };
  const audit = anAudit(records, recorded);
  const options: CarryOutOptions = {
    server: "main",
    version: 180000,
    policy,
    floors: builtInFloors,
    lookSeconds: NOW,
    lookAgeSeconds: () => 0,
    pollSeconds: given.pollSeconds ?? 10,
    audit: { ...audit, ...given.audit },
    whyStop: () => {
      const isStopped = events.filter((event) => event === stopAfter).length >= times;
      happened("asked");
      return Promise.resolve(stopAfter !== null && isStopped ? stop : null);
    },
    remember: (leash) => void (remembered = leash),
  };
  const situation = aSituation(episodes, { permits: { isEnforcing } });
  const { plan, leash } = decide(situation, emptyLeash, { policy, floors: builtInFloors });
  const carried = await carryOut(aServer(happened), { plan, before: emptyLeash, leash }, options);
  expect(remembered).toEqual(carried.leash);
  return { ...carried, events, records, known };
}

describe("E27: a stop that comes during the act", () => {
  test("is asked about after the intent is on the disk, right before the signal", async () => {
    const { events } = await carriedOut([aLeaked(7)], { stopAfter: null });
    expect(events).toEqual(["asked", "intent", "asked", "terminate", "outcome"]);
  });

  test.for<Refusal>([
    pause,
    { reason: "stopping", why: "the watch ends" },
    { reason: "no_lease", why: "lost" },
  ])(
    "while the intent is flushed: nothing is sent, and the intent is closed as called off: $reason",
    async (stop) => {
      const { plan, results, leash, events, records } = await carriedOut([aLeaked(7)], {
        stopAfter: "intent",
        stop,
      });
      expect(events).toEqual(["asked", "intent", "asked", "called_off"]);
      const [intent, calledOff] = records;
      const id = intent?.type === "intent" ? intent.id : "none";
      expect(calledOff).toMatchObject({ type: "called_off", id, server: "main", ...stop });
      expect(plan.decisions).toMatchObject([{ type: "spare", ...stop }]);
      expect([results, leash]).toEqual([[], emptyLeash]);
    },
  );

  test("between two acts spares those that were not begun, and puts no intent of them on record", async () => {
    const { plan, results, events } = await carriedOut(leakedSessions(3), { stopAfter: "outcome" });
    expect(events).toEqual(["asked", "intent", "asked", "terminate", "outcome", "asked"]);
    expect(plan.decisions.map(({ type }) => type)).toEqual(["act", "spare", "spare"]);
    expect(results).toMatchObject([{ outcome: "terminated" }]);
  });

  test("in the second act leaves the first one done, and each suspect counted once", async () => {
    const { plan, results, leash } = await carriedOut(leakedSessions(3), { stopAfter: "intent", times: 2 });
    expect(plan.decisions.map(({ type }) => type)).toEqual(["act", "spare", "spare"]);
    expect(leash.ledger.entries).toMatchObject([{ outcome: "terminated" }]);
    expect(leash.acted.size).toBe(1);
    const { decided, spared } = addPlan(emptyDecisionTally, plan, results);
    expect([decided, results.length, spared.get("paused")]).toEqual([3, 1, 2]);
  });

  test("between the cancel and the terminate of one act leaves it at the cancel", async () => {
    const running = aLeaked(7, { kind: "stale_active", backend: { state: "active" } });
    const { plan, results, events, records } = await carriedOut([running], { stopAfter: "cancel" });
    expect(events).toEqual(["asked", "intent", "asked", "cancel", "asked", "outcome"]);
    const detail =
      "its statement was cancelled, and still runs after 1 s; its session was not ended: paused: release 7";
    expect(results).toMatchObject([{ outcome: "cancelled", detail }]);
    expect(records.at(-1)).toMatchObject({ type: "outcome", outcome: "cancelled", detail });
    expect(plan.decisions).toMatchObject([{ type: "act" }]);
  });
});

describe("E15: a file that is begun during a look knows", () => {
  test("each act from when its intent is on record, and no other", async () => {
    const { known } = await carriedOut(leakedSessions(3), { stopAfter: null });
    expect(known).toEqual([
      ["intent"],
      ["outcome", null],
      ["intent", "terminated"],
      ["outcome", "terminated", null],
      ["intent", "terminated", "terminated"],
      ["outcome", "terminated", "terminated", null],
    ]);
  });

  test("what a dry run would have done, from the first word of it on", async () => {
    const { known } = await carriedOut(leakedSessions(2), { stopAfter: null, isEnforcing: false });
    expect(known).toEqual([
      ["would_act", null, null],
      ["would_act", null, null],
    ]);
  });

  test("no act that was called off, or not even begun", async () => {
    const { known } = await carriedOut(leakedSessions(3), { stopAfter: "intent", times: 2 });
    expect(known).toEqual([
      ["intent"],
      ["outcome", null],
      ["intent", "terminated"],
      ["called_off", "terminated"],
    ]);
  });
});

describe("what a look announces", () => {
  const policy = aPolicy({
    rules: ["a", "b", "c"].map((name) => aRule({ name, warnForSeconds: 60 })),
  });

  test("goes to the disk all at once, however many it is", async () => {
    const writes: (readonly AuditRecord[])[] = [];
    const recordAll: Audit["recordAll"] = (records) => {
      writes.push(records);
      return Promise.resolve(true);
    };
    const { records } = await carriedOut(leakedSessions(1000), {
      stopAfter: null,
      policy,
      audit: { recordAll },
    });
    expect(writes.map((all) => all.map(({ type }) => type))).toEqual([Array(3000).fill("announced")]);
    expect(records).toEqual([]);
  });

  test("keeps no look waiting on a disk that is slow", async () => {
    const startedMs = performance.now();
    const { plan } = await carriedOut([aLeaked(7)], {
      stopAfter: null,
      policy,
      pollSeconds: 2,
      audit: { recordAll: () => new Promise(() => {}) },
    });
    const seconds = (performance.now() - startedMs) / 1000;
    expect(plan.notices).toHaveLength(3);
    // It does wait a while: a disk that is well has them before the first act.
    expect([seconds > 0.4, seconds < 2]).toEqual([true, true]);
  });
});
