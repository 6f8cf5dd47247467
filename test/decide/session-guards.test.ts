import { builtInFloors } from "../../src/decide/policy.ts";
import type { Case } from "../../src/decide/guard.ts";
import type { Backend } from "../../src/observe/snapshot.ts";
import { aCase, aLeaked, aPolicy, aRule, NOW } from "../support/a-case.ts";
import { aHarm } from "../support/a-view.ts";
import { leaked, testGuards, type GuardRow } from "../support/guard-rows.ts";

function backend(overrides: Partial<Backend>): Case {
  return leaked({ backend: overrides });
}

const rows: readonly GuardRow[] = [
  {
    item: "E10",
    reason: "not_leaked",
    passes: [leaked({ severity: "leaked" })],
    spares: [
      leaked({ severity: "suspect" }),
      // It was leaked at an earlier look, by another threshold or while somebody waited for it.
      leaked({ severity: "leaked", severityNow: "suspect" }),
    ],
  },
  {
    item: "E6",
    reason: "too_young",
    passes: [
      leaked({ ageSeconds: 600 }, { minAgeSeconds: 600 }),
      leaked({ ageSeconds: 60 }, { minAgeSeconds: 0 }),
      leaked({ kind: "never_used", ageSeconds: 900 }, { minAgeSeconds: 0 }),
      aCase(aLeaked(1, { ageSeconds: 0.02 }), {
        rule: aRule({ minAgeSeconds: 0.02 }),
        floors: { ...builtInFloors, idle_in_transaction: 0 },
      }),
    ],
    spares: [
      leaked({ ageSeconds: 599.9 }, { minAgeSeconds: 600 }),
      leaked({ ageSeconds: 59.9 }, { minAgeSeconds: 0 }),
      leaked({ kind: "never_used", ageSeconds: 899 }, { minAgeSeconds: 0 }),
      leaked({ ageSeconds: Number.NaN }),
      leaked({ ageSeconds: Infinity }),
      leaked({}, { minAgeSeconds: Number.NaN }),
    ],
  },
  {
    item: "E9",
    reason: "too_few_sightings",
    passes: [leaked({ sightings: 3 }, { minSightings: 3 })],
    spares: [leaked({ sightings: 2 }, { minSightings: 3 })],
  },
  {
    item: "E9",
    reason: "followed_too_briefly",
    passes: [leaked({ firstSeenSeconds: NOW - 60 }, { minFollowedSeconds: 60 })],
    spares: [
      leaked({ firstSeenSeconds: NOW - 59 }, { minFollowedSeconds: 60 }),
      // The clock went back.
      leaked({ firstSeenSeconds: NOW + 1 }, { minFollowedSeconds: 0 }),
    ],
  },
  {
    item: "E7",
    reason: "unknown_session",
    passes: [backend({}), backend({ state: "active" }), backend({ applicationName: null, clientAddr: null })],
    spares: [
      backend({ datname: null }),
      backend({ usename: null }),
      backend({ isSuperuser: null }),
      backend({ isReplication: null }),
      backend({ state: "unknown" }),
      backend({ state: "starting" }),
      backend({ state: "disabled" }),
    ],
  },
  {
    item: "E7",
    reason: "superuser",
    passes: [backend({ isSuperuser: false })],
    spares: [backend({ isSuperuser: true }), backend({ isSuperuser: null })],
  },
  {
    item: "E7",
    reason: "replication",
    passes: [backend({ isReplication: false })],
    spares: [backend({ isReplication: true }), backend({ isReplication: null })],
  },
  {
    item: "E25",
    reason: "own_session",
    passes: [backend({})],
    spares: [
      backend({ usename: "pgleash" }),
      backend({ applicationName: "pgleash" }),
      backend({ applicationName: null }),
    ],
  },
  {
    item: "E7",
    reason: "waits_for_standby",
    passes: [backend({})],
    spares: [backend({ state: "active", waitEventType: "IPC", waitEvent: "SyncRep" })],
  },
  {
    item: "E7",
    reason: "waits_for_lock",
    passes: [backend({}), backend({ state: "active", waitEventType: null, waitEvent: null })],
    spares: [
      backend({ state: "active", waitEventType: "Lock", waitEvent: "tuple" }),
      backend({ state: "fastpath function call", waitEventType: "Lock", waitEvent: "relation" }),
    ],
  },
  {
    item: "E7",
    reason: "in_progress",
    passes: [
      backend({ progress: null }),
      leaked({ kind: "stalled_client", backend: { progress: { command: "COPY", counter: "1" } } }),
    ],
    spares: [
      backend({ progress: { command: "CREATE INDEX", counter: "1" } }),
      backend({ progress: { command: "COPY", counter: "1" } }),
      leaked({ kind: "stalled_client", backend: { progress: { command: "VACUUM", counter: "1" } } }),
    ],
  },
  {
    item: "E8",
    reason: "protected",
    passes: [
      aCase(),
      aCase(aLeaked(), { policy: aPolicy({ protections: [{ name: "dumps", mayMatch: () => false }] }) }),
    ],
    spares: [
      aCase(aLeaked(), {
        policy: aPolicy({
          protections: [
            { name: "dumps", mayMatch: () => false },
            { name: "web", mayMatch: ({ applicationName }) => applicationName === "web-1" },
          ],
        }),
      }),
    ],
  },
  {
    item: "E36",
    reason: "expected",
    passes: [leaked({ expectation: null }), leaked({ expectation: null, mayDeclare: true })],
    spares: [
      leaked({ expectation: { source: "configuration", leftSeconds: 0.5, reason: null } }),
      leaked({ expectation: { source: "comment", leftSeconds: 60, reason: null } }),
    ],
  },
  {
    item: "E29",
    reason: "too_little_harm",
    passes: [
      leaked({ harm: aHarm({ level: "vacuum" }) }, { minHarm: "vacuum" }),
      leaked({ harm: aHarm({ level: "blocking" }) }, { minHarm: "vacuum" }),
    ],
    spares: [leaked({ harm: aHarm({ level: "ddl" }) }, { minHarm: "vacuum" })],
  },
  {
    item: "E30",
    reason: "too_much_work_at_risk",
    passes: [
      leaked({ harm: aHarm({ workAtRiskSeconds: 60 }) }, { maxWorkAtRiskSeconds: 60 }),
      leaked({ harm: aHarm({ workAtRiskSeconds: null }) }, { maxWorkAtRiskSeconds: Infinity }),
    ],
    spares: [
      leaked({ harm: aHarm({ workAtRiskSeconds: 61 }) }, { maxWorkAtRiskSeconds: 60 }),
      leaked({ harm: aHarm({ workAtRiskSeconds: null }) }, { maxWorkAtRiskSeconds: 60 }),
      leaked({ harm: aHarm({ workAtRiskSeconds: Number.NaN }) }, { maxWorkAtRiskSeconds: 60 }),
    ],
  },
];

testGuards(rows);
