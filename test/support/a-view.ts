import type { Harm } from "../../src/classify/harm.ts";
import type { OvergrownPool, PoolUse } from "../../src/classify/pools/pool.ts";
import type { Episode } from "../../src/classify/episode.ts";
import { nobodyExpected, type ExpectedSession } from "../../src/classify/expected-sessions.ts";
import type { BackendSuspect, PoolSuspect } from "../../src/expose/aggregate.ts";
import type { Report } from "../../src/expose/report.ts";
import { firstView } from "../../src/expose/server-view.ts";
import type { ServerView, View } from "../../src/expose/view.ts";
import type { SessionGroup } from "../../src/observe/snapshot.ts";
import type { Probe } from "../../src/postgres/probe.ts";
import { aBackend } from "./a-backend.ts";
import { aSnapshot } from "./a-snapshot.ts";
import { rules } from "./thresholds.ts";

/** A primary of the newest major that we reach without a pooler, with the privileges that the manual asks for. */
export function aProbe(overrides: Partial<Probe> = {}): Probe {
  return {
    backendPid: 4001,
    version: 180004,
    versionText: "18.4",
    standby: false,
    user: "pgleash",
    ownSession: { datname: "postgres", usename: "pgleash" },
    privileges: { pg_read_all_stats: true, pg_signal_backend: false, superuser: false },
    pooled: false,
    slots: { max_connections: 100, reserved_connections: 0, superuser_reserved_connections: 3 },
    ...overrides,
  };
}

/** Three idle sessions of one application. */
export function aGroup(overrides: Partial<SessionGroup> = {}): SessionGroup {
  return {
    folded: false,
    datname: "shop",
    usename: "app",
    applicationName: "web-1",
    clientAddr: null,
    state: "idle",
    sessions: 3,
    quietSessions: 0,
    oldestXactSeconds: null,
    oldestStateSeconds: 12,
    oldestSessionSeconds: 3600,
    ...overrides,
  };
}

/** What costs nothing but a slot. */
export function aHarm(overrides: Partial<Harm> = {}): Harm {
  return { level: "slot", blockedSessions: 0, horizonAge: null, workAtRiskSeconds: null, ...overrides };
}

const named = { severity: "suspect", sightings: 12, firstSeenSeconds: 1_799_999_940 } as const;

/** A session that forgot its commit two minutes ago, seen at twelve looks. */
export function aSuspect(overrides: Partial<BackendSuspect> = {}): BackendSuspect {
  const backend = aBackend({ state: "idle in transaction", stateSeconds: 125, xactSeconds: 126 });
  return {
    ...named,
    severityNow: overrides.severity ?? named.severity,
    kind: "idle_in_transaction",
    backend,
    period: "2026-01-01 00:00:01.000002+00",
    ageSeconds: 125,
    certainty: "high",
    harm: aHarm({ workAtRiskSeconds: 1 }),
    commentKeys: new Map(),
    hasCurrentKeys: true,
    expectation: null,
    mayDeclare: false,
    redactedStatement: "SELECT $1",
    ...overrides,
  };
}

/** A report that would be a suspect, and that the operator expects to take an hour. */
export function anExpectedSession(overrides: Partial<ExpectedSession> = {}): ExpectedSession {
  return {
    backend: aBackend({ state: "idle in transaction", usename: "reports", stateSeconds: 125 }),
    kind: "idle_in_transaction",
    severity: "suspect",
    ageSeconds: 125,
    expectation: { source: "configuration", leftSeconds: 3475, reason: "month end" },
    ...overrides,
  };
}

type PreparedSuspect = Extract<Episode, { readonly prepared: unknown }>;

/** A transaction prepared ten minutes ago, whose coordinator is gone. */
export function aPreparedSuspect(overrides: Partial<PreparedSuspect> = {}): PreparedSuspect {
  const preparedAt = "2026-01-01 00:00:00.000001+00";
  return {
    ...named,
    severityNow: overrides.severity ?? named.severity,
    kind: "prepared_transaction",
    prepared: {
      gid: "order-17",
      preparedAt,
      preparedSeconds: 600,
      datname: "shop",
      usename: "app",
      xidAge: 4200,
    },
    period: preparedAt,
    ageSeconds: 600,
    certainty: "high",
    harm: aHarm({ level: "vacuum", horizonAge: 4200 }),
    commentKeys: new Map(),
    hasCurrentKeys: true,
    expectation: null,
    mayDeclare: false,
    redactedStatement: null,
    ...overrides,
  };
}

/** A pool of 95 sessions that has leaked 30 of them, 12 a minute. */
export function anOvergrownPool(overrides: Partial<OvergrownPool> = {}): OvergrownPool {
  return {
    key: '["shop","orders","orders-api"]',
    holder: { datname: "shop", usename: "orders", applicationName: "orders-api" },
    name: null,
    sessions: 95,
    quietSessions: 40,
    excess: 0,
    leakedSessions: 30,
    leakingSinceSeconds: 1_799_999_850,
    growth: {
      leaks: 30,
      overSeconds: 150,
      sinceSeconds: 1_799_999_850,
      perSecond: { estimate: 0.2, lower: 0.16, upper: 0.248 },
    },
    applicationNames: ["orders-api"],
    ...overrides,
  };
}

/** Such a pool, most of whose sessions say that they come from the checkout. */
export function aPoolSuspect(overrides: Partial<PoolSuspect> = {}): PoolSuspect {
  return {
    ...named,
    severityNow: overrides.severity ?? named.severity,
    kind: "pool_overgrown",
    pool: anOvergrownPool(),
    period: "",
    ageSeconds: 150,
    certainty: "medium",
    harm: aHarm(),
    commentKeys: new Map([["route", "/checkout"]]),
    hasCurrentKeys: true,
    expectation: null,
    mayDeclare: false,
    redactedStatement: null,
    ...overrides,
  };
}

/** A declared pool of 20 with an overflow of 10, half in use. */
export function aPoolUse(overrides: Partial<PoolUse> = {}): PoolUse {
  return {
    name: "orders",
    size: 20,
    maxOverflow: 10,
    active: 9,
    idle: 6,
    overflow: 0,
    excess: 0,
    mostActive: 9,
    mostHeld: 15,
    oldestSessionSeconds: 1800,
    ...overrides,
  };
}

/** What a calm look came to, beside which nothing was asked. */
export function aReport(overrides: Partial<Report> = {}): Report {
  return {
    snapshot: aSnapshot({ groups: [aGroup()] }),
    suspects: [],
    sightings: [],
    expected: nobodyExpected,
    events: [],
    pools: [],
    slots: { used: 4, limit: 97 },
    exhaustions: [],
    horizons: [],
    preparedBlockedSessions: 0,
    evidence: null,
    evidenceFailure: null,
    thresholds: rules,
    leash: null,
    ...overrides,
  };
}

/** A server that was looked at once, with success; nothing is suspected. */
export function aServerView(overrides: Partial<ServerView> = {}): ServerView {
  const view = firstView("db1", 5);
  return {
    ...view,
    probe: aProbe(),
    report: aReport(),
    labelBudget: 200,
    looks: { ...view.looks, begun: 1, connections: 1 },
    lastDurationSeconds: 0.012,
    lastSuccessSeconds: 1_800_000_000,
    ...overrides,
  };
}

/** A process that watches these servers. */
export function aView(overrides: Partial<View> = {}): View {
  return {
    version: "1.2.3",
    nodeVersion: "24.1.0",
    startedSeconds: 1_799_913_600,
    nowSeconds: 1_800_000_002,
    reload: { successful: true, lastSuccessSeconds: 1_799_999_000 },
    serversFile: null,
    isEnforceFlagged: false,
    unrecordedLooks: null,
    servers: [aServerView()],
    ...overrides,
  };
}
