import { expect, test } from "vitest";

import { horizonsOf } from "../../../src/classify/evidence/horizon.ts";
import { aRunningStatement } from "../../support/a-sighting.ts";
import { anEvidence, aPrepared, aSlotHorizon, aSnapshot } from "../../support/a-snapshot.ts";

test("nobody holds back vacuum on a calm server", () => {
  expect(horizonsOf(aSnapshot(), null)).toEqual([]);
  expect(horizonsOf(aSnapshot(), anEvidence())).toEqual([]);
});

test("the oldest of each kind of holder is named, the oldest of all first", () => {
  const snapshot = aSnapshot({
    horizons: { sessions: 50, standbys: 7 },
    candidates: [aRunningStatement({ id: { pid: 31, backendStart: "b" }, xidAge: 40, xminAge: 50 })],
  });
  const evidence = anEvidence({
    preparedTransactions: [aPrepared({ gid: "young", xidAge: 10 }), aPrepared({ gid: "old", xidAge: 90 })],
    slotHorizons: [
      aSlotHorizon({ slotName: "replica_1", xminAge: 1000, catalogXminAge: 1100 }),
      aSlotHorizon({ slotName: "replica_2", xminAge: 2 }),
    ],
  });
  expect(horizonsOf(snapshot, evidence)).toEqual([
    { holder: "replication_slot", name: "replica_1", age: 1000 },
    { holder: "prepared_transaction", name: "old", age: 90 },
    { holder: "session", name: "31", age: 50 },
    { holder: "standby", name: null, age: 7 },
    { holder: "replication_slot_catalog", name: "replica_1", age: 1100 },
  ]);
});

test("what a slot needs of the catalogs alone never stands before who holds back every table", () => {
  const snapshot = aSnapshot({ horizons: { sessions: 3, standbys: null } });
  const evidence = anEvidence({
    slotHorizons: [
      aSlotHorizon({ slotName: "young", catalogXminAge: 10 }),
      aSlotHorizon({ slotName: "cdc", catalogXminAge: 9_000_000 }),
    ],
  });
  expect(horizonsOf(snapshot, evidence)).toEqual([
    { holder: "session", name: null, age: 3 },
    { holder: "replication_slot_catalog", name: "cdc", age: 9_000_000 },
  ]);
});

test("a session that is too young to be a candidate holds a horizon without a name", () => {
  expect(horizonsOf(aSnapshot({ horizons: { sessions: 3, standbys: null } }), null)).toEqual([
    { holder: "session", name: null, age: 3 },
  ]);
});

test("whose snapshot is just as old as a prepared transaction saw that running, and is not the cause", () => {
  const snapshot = aSnapshot({ horizons: { sessions: 12, standbys: null } });
  const evidence = anEvidence({ preparedTransactions: [aPrepared({ xidAge: 12 })] });
  expect(horizonsOf(snapshot, evidence).map(({ holder }) => holder)).toEqual([
    "prepared_transaction",
    "session",
  ]);
});
