import { describe, expect, test } from "vitest";

import { classify, type Verdict } from "../../src/classify/classify.ts";
import type { Look } from "../../src/classify/look.ts";
import { emptyMemory } from "../../src/classify/memory.ts";
import type { Snapshot } from "../../src/observe/snapshot.ts";
import { aBackend } from "../support/a-backend.ts";
import { anIdleTransaction, aRunningStatement } from "../support/a-sighting.ts";
import {
  aCut,
  aLook,
  aPrepared,
  aSlotHorizon,
  lookOf,
  lookRefused,
  lookWith,
} from "../support/a-snapshot.ts";
import { aGroup } from "../support/a-view.ts";
import { judging } from "../support/thresholds.ts";

/** The verdicts over a sequence of looks. */
function judge(...looks: readonly Look[]): readonly Verdict[] {
  const verdicts: Verdict[] = [];
  for (const look of looks) verdicts.push(classify(look, verdicts.at(-1)?.memory ?? emptyMemory(), judging));
  return verdicts;
}

function waiter(pid: number): Snapshot["candidates"][number] {
  return aRunningStatement({ id: { pid, backendStart: "b" }, waitEventType: "Lock", querySeconds: 1 });
}

/** A session that has rested for long, while slots are scarce. */
function crowded(at: number): Snapshot {
  const resting = aBackend({ id: { pid: 7, backendStart: "b" }, stateSeconds: 100 + at });
  return { ...aLook(at, resting), groups: [aGroup({ sessions: 90 })] };
}

describe("evidence of an earlier look", () => {
  const first = aLook(0);
  const evidence = {
    preparedTransactions: [aPrepared({ preparedSeconds: 9, xidAge: 100 })],
    slotHorizons: [aSlotHorizon({ slotName: "replica_1", xminAge: 95 })],
  };
  // 50 transactions later; the session's was given its id between those of the two.
  const second = { ...aLook(10), nextXid: first.nextXid + 50, horizons: { sessions: 147, standbys: null } };

  test("ranks with the sessions of this one, its slots as they were read", () => {
    const [, verdict] = judge(lookWith(first, evidence), lookOf(second));
    expect(verdict?.horizons.map(({ holder, age }) => [holder, age])).toEqual([
      ["prepared_transaction", 150],
      ["session", 147],
      ["replication_slot", 95],
    ]);
  });

  test("tells what a prepared transaction costs, and for how long, by now", () => {
    const [, verdict] = judge(lookWith(first, evidence), lookOf(second));
    expect(verdict?.suspects[0]).toMatchObject({ ageSeconds: 19, harm: { horizonAge: 150 } });
  });

  test("is kept as it was read", () => {
    const [before, verdict] = judge(lookWith(first, evidence), lookOf(second));
    expect(verdict?.evidence).toEqual(before?.evidence);
    expect(verdict?.evidence?.preparedTransactions).toEqual(evidence.preparedTransactions);
  });
});

test("who waits for one of several prepared transactions is counted, and none of them is blamed", () => {
  const lockWaits = [
    { pid: 1, blockingPids: [0] },
    { pid: 2, blockingPids: [1] },
  ];
  const preparedTransactions = [aPrepared(), aPrepared({ gid: "tx-2" })];
  const look = aLook(0, waiter(1), waiter(2));
  const [both, one] = [preparedTransactions, [aPrepared()]].map(
    (prepared) => judge(lookWith(look, { lockWaits, preparedTransactions: prepared }))[0],
  );
  expect(both?.preparedBlockedSessions).toBe(2);
  expect(both?.suspects.map(({ harm }) => harm.level)).toEqual(["vacuum", "vacuum"]);
  expect(one?.preparedBlockedSessions).toBe(2);
  expect(one?.suspects.map(({ harm }) => harm.blockedSessions)).toEqual([2]);
});

test("who blocked others is blamed for six gaps, when nobody could ask again since", () => {
  const root = anIdleTransaction({ id: { pid: 1, backendStart: "b" }, stateSeconds: 30 });
  const answered = lookWith(aLook(0, root, waiter(2)), { lockWaits: [{ pid: 2, blockingPids: [1] }] });
  const refused = Array.from({ length: 10 }, (_, index) =>
    lookRefused(aLook(20 * (index + 1), root, waiter(2))),
  );
  const blocked = judge(answered, ...refused).map(({ suspects }) => suspects[0]?.harm.blockedSessions);
  expect(blocked.slice(0, 10)).toEqual(blocked.slice(0, 10).map(() => 1));
  expect(blocked[10]).toBe(0);
});

test("a prepared transaction that is gone ends its episode, though there are more than are listed", () => {
  const cut = aCut({ prepared_transactions: 7 });
  const later = aPrepared({ gid: "tx-2", preparedAt: "2026-01-01 00:00:09+00" });
  const [, , ended] = judge(
    lookWith(aLook(0), { preparedTransactions: [aPrepared(), later], cut }),
    lookRefused(aLook(10)),
    lookWith(aLook(20), { preparedTransactions: [later], cut }),
  );
  expect(ended?.events).toMatchObject([
    { type: "ended", episode: { prepared: { gid: "tx-1" } }, end: "vanished" },
  ]);
});

test("an idle session that holds no lock stays a suspect when others are asked about", () => {
  const verdicts = judge(
    lookWith(crowded(0), { askedIdlePids: [7] }),
    lookOf(crowded(10)),
    lookWith(crowded(20), {}),
  );
  expect(verdicts.map(({ suspects }) => suspects.map(({ kind }) => kind))).toEqual(
    verdicts.map(() => ["idle_too_long"]),
  );
});

test.for([
  ["nobody asked about yet", {}],
  ["holds an advisory lock", { askedIdlePids: [7], advisoryLockPids: [7] }],
] as const)("an idle session that %s is no suspect", ([, found]) => {
  const verdicts = judge(lookWith(crowded(0), found), lookOf(crowded(10)));
  expect(verdicts.map(({ suspects }) => suspects)).toEqual([[], []]);
});
