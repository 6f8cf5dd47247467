import { describe, expect, test } from "vitest";

import { suspectJson } from "../../src/expose/suspect-json.ts";
import { suspectsJson } from "../../src/expose/suspects-json.ts";
import { aBackend } from "../support/a-backend.ts";
import { aSnapshot } from "../support/a-snapshot.ts";
import {
  anOvergrownPool,
  aHarm,
  aPoolSuspect,
  aPoolUse,
  aPreparedSuspect,
  aReport,
  aServerView,
  aSuspect,
} from "../support/a-view.ts";

test("a suspect is shown with who, since when and how sure, under PostgreSQL's own names", () => {
  const backend = aBackend({
    state: "idle in transaction",
    xactStart: "2026-01-01 00:00:00.9+00",
    stateChange: "2026-01-01 00:00:01.000002+00",
    xidAge: 12_000,
    xminAge: 40,
  });
  const harm = aHarm({
    level: "blocking",
    blockedSessions: 7,
    horizonAge: 12_000,
    workAtRiskSeconds: 1.000_49,
  });
  const commentKeys = new Map([
    ["route", "/checkout"],
    ["__proto__", "x"],
  ]);
  const suspect = aSuspect({ backend, ageSeconds: 125.123_456, harm, commentKeys });
  const { suspects } = suspectsJson([aServerView({ report: aReport({ suspects: [suspect] }) })]);
  expect(suspects).toEqual([
    {
      server: "db1",
      subject: "backend",
      kind: "idle_in_transaction",
      severity: "suspect",
      certainty: "high",
      age_seconds: 125.123,
      sightings: 12,
      first_seen: "2027-01-15T07:59:00.000Z",
      pid: 4242,
      backend_start: "2026-01-01 00:00:00.000001+00",
      datname: "shop",
      usename: "app",
      application_name: "web-1",
      client_addr: "10.0.0.7",
      pooled_client_addr: null,
      state: "idle in transaction",
      wait_event_type: "Client",
      wait_event: "ClientRead",
      xact_start: "2026-01-01 00:00:00.9+00",
      query_start: "2026-01-01 00:00:01.000001+00",
      state_change: "2026-01-01 00:00:01.000002+00",
      query_id: "7731",
      xid_age: 12_000,
      xmin_age: 40,
      expected: null,
      harm: "blocking",
      blocked_sessions: 7,
      horizon_age: 12_000,
      work_at_risk_seconds: 1,
      comment: Object.fromEntries(commentKeys),
      query: "SELECT $1",
      decision: null,
    },
  ]);
  expect(JSON.stringify(suspects[0]?.comment)).toBe('{"route":"/checkout","__proto__":"x"}');
});

/** What every suspect has, whatever it is. */
const common = {
  server: "db1",
  severity: "suspect",
  sightings: 12,
  first_seen: "2027-01-15T07:59:00.000Z",
  client_addr: null,
  pooled_client_addr: null,
  blocked_sessions: 0,
  work_at_risk_seconds: null,
  query: null,
};

test("a prepared transaction is shown with its gid, and has no client", () => {
  expect(suspectJson("db1", aPreparedSuspect())).toEqual({
    ...common,
    subject: "prepared_transaction",
    kind: "prepared_transaction",
    certainty: "high",
    age_seconds: 600,
    datname: "shop",
    usename: "app",
    application_name: null,
    harm: "vacuum",
    horizon_age: 4200,
    comment: {},
    gid: "order-17",
    prepared_at: "2026-01-01 00:00:00.000001+00",
  });
});

describe("a pool", () => {
  const pool = {
    ...common,
    subject: "pool",
    kind: "pool_overgrown",
    certainty: "medium",
    age_seconds: 150,
    datname: "shop",
    usename: "orders",
    application_name: "orders-api",
    harm: "slot",
    horizon_age: null,
    comment: { route: "/checkout" },
    pool: null,
    sessions: 95,
    quiet_sessions: 40,
    excess: 0,
    leaked_sessions: 30,
  };

  test("that grows is shown with how fast, and since when", () => {
    expect(suspectJson("db1", aPoolSuspect())).toEqual({
      ...pool,
      leak_rate_per_minute: { estimate: 12, lower: 9.6, upper: 14.88 },
      leaking_since: "2027-01-15T07:57:30.000Z",
    });
  });

  test("that is only larger than declared has no rate", () => {
    const declared = anOvergrownPool({
      name: "orders",
      excess: 5,
      leakedSessions: 0,
      leakingSinceSeconds: null,
      growth: null,
    });
    expect(suspectJson("db1", aPoolSuspect({ pool: declared }))).toEqual({
      ...pool,
      pool: "orders",
      excess: 5,
      leaked_sessions: 0,
      leak_rate_per_minute: null,
      leaking_since: null,
    });
  });
});

test("an address in the application name stands beside the one that the server saw, not in its place", () => {
  const backend = aBackend({ clientAddr: "10.0.0.1", pooledClientAddr: "10.9.9.9" });
  expect(suspectJson("db1", aSuspect({ backend }))).toMatchObject({
    client_addr: "10.0.0.1",
    pooled_client_addr: "10.9.9.9",
  });
});

test("what is not known is null, not left out", () => {
  const backend = aBackend({ usename: null, clientAddr: null, queryId: null });
  const view = aServerView({ report: aReport({ suspects: [aSuspect({ backend })] }) });
  expect(JSON.parse(JSON.stringify(suspectsJson([view]).suspects[0]))).toMatchObject({
    usename: null,
    client_addr: null,
    query_id: null,
  });
});

test("says which servers were not seen, because an empty list alone proves nothing", () => {
  const coverage = { ...aSnapshot().coverage, hiddenSessions: 4 };
  const servers = [
    aServerView({ server: "db1" }),
    aServerView({ server: "db2", report: aReport({ snapshot: aSnapshot({ coverage }) }) }),
    aServerView({ server: "db3", report: null }),
  ];
  expect(suspectsJson(servers)).toEqual({
    servers: [
      expect.objectContaining({
        server: "db1",
        up: true,
        slots: { used: 4, limit: 97 },
        hidden_sessions: 0,
        candidates_cut: 0,
        failure: null,
      }),
      expect.objectContaining({ server: "db2", up: true, hidden_sessions: 4 }),
      {
        server: "db3",
        up: false,
        failure: null,
        sessions: null,
        slots: null,
        hidden_sessions: null,
        candidates_cut: null,
        evidence_failure: null,
        exhaustions: [],
        horizons: [],
        pools: [],
        leash: null,
      },
    ],
    suspects: [],
    expected: [],
  });
});

test("a server is shown with what runs out, who holds back vacuum, and its declared pools", () => {
  const report = aReport({
    exhaustions: [
      {
        scope: "role",
        name: "app",
        limit: 40,
        used: 14,
        inSeconds: { estimate: 600.4, lower: 400, upper: 900 },
      },
    ],
    horizons: [{ holder: "replication_slot", name: "forgotten", age: 1_250_000 }],
    pools: [aPoolUse({ excess: 1 })],
  });
  const { servers } = suspectsJson([aServerView({ report, evidenceFailure: "permission denied" })]);
  expect(servers[0]).toMatchObject({
    evidence_failure: "permission denied",
    exhaustions: [
      {
        scope: "role",
        name: "app",
        limit: 40,
        used: 14,
        in_seconds: { estimate: 600, lower: 400, upper: 900 },
      },
    ],
    horizons: [{ holder: "replication_slot", name: "forgotten", age: 1_250_000 }],
    pools: [
      {
        name: "orders",
        size: 20,
        max_overflow: 10,
        active: 9,
        idle: 6,
        overflow: 0,
        excess: 1,
        oldest_session_seconds: 1800,
      },
    ],
  });
});
