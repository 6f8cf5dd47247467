import { describe, expect, test } from "vitest";

import type { Evidence } from "../../src/observe/evidence.ts";
import { aCut, anEvidence, aSnapshot } from "../support/a-snapshot.ts";
import { rowsOf, samplesOf, valueOf } from "../support/a-metric.ts";
import { aPreparedSuspect, aReport, aServerView, aView } from "../support/a-view.ts";
import type { View } from "../../src/expose/view.ts";

function viewOf(evidence: Partial<Evidence> | null, labelBudget = 50): View {
  const report = aReport({ evidence: evidence === null ? null : anEvidence(evidence) });
  return aView({ servers: [aServerView({ report, labelBudget })] });
}

const ofEvidence = [
  "pgleash_evidence_age_seconds",
  "pgleash_prepared_transactions",
  "pgleash_prepared_blocked_sessions",
  "pgleash_evidence_cut",
  "pgleash_connection_limit",
  "pgleash_database_sessions_ended_total",
];

test.for(ofEvidence)("%s is absent before there is any evidence", (name) => {
  expect(samplesOf(name, viewOf(null))).toEqual([]);
});

test.for([
  { takenAgo: 20, age: 20 },
  { takenAgo: 0, age: 0 },
  { takenAgo: -0.3, age: 0 },
])("evidence taken $takenAgo s before the look is $age s old", ({ takenAgo, age }) => {
  const takenAtSeconds = aSnapshot().takenAtSeconds - takenAgo;
  expect(valueOf("pgleash_evidence_age_seconds", viewOf({ takenAtSeconds }))).toBe(age);
});

test("prepared transactions are counted, those that were cut included", () => {
  const { prepared } = aPreparedSuspect();
  expect(
    valueOf(
      "pgleash_prepared_transactions",
      viewOf({ preparedTransactions: [prepared, prepared], cut: aCut({ prepared_transactions: 5 }) }),
    ),
  ).toBe(7);
  expect(valueOf("pgleash_prepared_transactions", viewOf({}))).toBe(0);
});

test("each kind of holder has its oldest horizon, 0 without one", () => {
  const horizons = [
    { holder: "replication_slot", name: "forgotten", age: 1_250_000 },
    { holder: "session", name: "4242", age: 12 },
  ] as const;
  const view = aView({ servers: [aServerView({ report: aReport({ horizons }) })] });
  expect(rowsOf("pgleash_oldest_horizon_age_transactions", view, "holder")).toEqual([
    ["session", 12],
    ["prepared_transaction", 0],
    ["replication_slot", 1_250_000],
    ["standby", 0],
    ["replication_slot_catalog", 0],
  ]);
});

test("sessions that wait for prepared transactions are counted, whoever is blamed", () => {
  const report = aReport({ evidence: anEvidence(), preparedBlockedSessions: 4 });
  const view = aView({ servers: [aServerView({ report })] });
  expect(valueOf("pgleash_prepared_blocked_sessions", view)).toBe(4);
});

test("what each list left out is told, 0 where it is whole", () => {
  const cut = aCut({ lock_waiters: 70, databases: 3 });
  expect(rowsOf("pgleash_evidence_cut", viewOf({ cut }), "list")).toEqual([
    ["lock_waiters", 70],
    ["idle_sessions", 0],
    ["prepared_transactions", 0],
    ["replication_slots", 0],
    ["connection_limits", 0],
    ["databases", 3],
  ]);
});

describe("limits of databases and roles", () => {
  const connectionLimits = [
    { scope: "database", name: "app", limit: 50 },
    { scope: "role", name: "app", limit: 40 },
  ] as const;

  test("are told apart by their scope", () => {
    expect(rowsOf("pgleash_connection_limit", viewOf({ connectionLimits }), "scope", "name")).toEqual([
      ["database", "app", 50],
      ["role", "app", 40],
    ]);
  });

  test("beyond the budget are left out, which is counted", () => {
    const view = viewOf({ connectionLimits }, 1);
    expect(samplesOf("pgleash_connection_limit", view)).toHaveLength(1);
    expect(valueOf("pgleash_folded_label_sets", view, { metric: "pgleash_connection_limit" })).toBe(1);
  });
});

describe("how sessions of a database ended", () => {
  const sessionEndings = ["shop", "audit"].map((datname, index) => ({
    datname,
    killed: index,
    abandoned: 20,
    fatal: 3,
  }));

  test("is what the server counted", () => {
    const view = viewOf({ sessionEndings });
    expect(rowsOf("pgleash_database_sessions_ended_total", view, "datname", "how")).toEqual([
      ["shop", "killed", 0],
      ["shop", "abandoned", 20],
      ["shop", "fatal", 3],
      ["audit", "killed", 1],
      ["audit", "abandoned", 20],
      ["audit", "fatal", 3],
    ]);
  });

  test("is left out for the databases beyond the budget, which is counted", () => {
    const view = viewOf({ sessionEndings }, 1);
    expect(samplesOf("pgleash_database_sessions_ended_total", view)).toHaveLength(3);
    const metric = "pgleash_database_sessions_ended_total";
    expect(valueOf("pgleash_folded_label_sets", view, { metric })).toBe(1);
  });
});
