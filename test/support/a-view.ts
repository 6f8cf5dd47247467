import type { LeakKind } from "../../src/classify/kind.ts";
import type { Suspect } from "../../src/classify/suspect.ts";
import type { Report } from "../../src/expose/report.ts";
import { firstView } from "../../src/expose/server-view.ts";
import type { ServerView, View } from "../../src/expose/view.ts";
import type { SessionGroup } from "../../src/observe/snapshot.ts";
import type { Probe } from "../../src/postgres/probe.ts";
import { aBackend } from "./a-backend.ts";
import { aSnapshot } from "./a-snapshot.ts";

/** A primary of the newest major that we reach without a pooler, with the privileges that the manual asks for. */
export function aProbe(overrides: Partial<Probe> = {}): Probe {
  return {
    version: 180004,
    versionText: "18.4",
    standby: false,
    user: "pgleash",
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
    state: "idle",
    sessions: 3,
    oldestXactSeconds: null,
    oldestStateSeconds: 12,
    oldestSessionSeconds: 3600,
    ...overrides,
  };
}

/** A session that forgot its commit two minutes ago, seen at twelve looks. */
export function aSuspect(overrides: Partial<Suspect> = {}): Suspect {
  const kind: LeakKind = "idle_in_transaction";
  const backend = aBackend({ state: "idle in transaction", stateSeconds: 125, xactSeconds: 126 });
  return {
    kind,
    backend,
    period: "2026-01-01 00:00:01.000002+00",
    severity: "suspect",
    ageSeconds: 125,
    sightings: 12,
    firstSeenSeconds: 1_799_999_940,
    certainty: "high",
    ...overrides,
  };
}

/** What a calm look came to. */
export function aReport(overrides: Partial<Report> = {}): Report {
  return { snapshot: aSnapshot({ groups: [aGroup()] }), suspects: [], events: [], ...overrides };
}

/** A server that was looked at once, with success; nothing is suspected. */
export function aServerView(overrides: Partial<ServerView> = {}): ServerView {
  const view = firstView("db1", 5);
  return {
    ...view,
    probe: aProbe(),
    report: aReport(),
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
    reload: { successful: true, lastSuccessSeconds: 1_799_999_000 },
    servers: [aServerView()],
    ...overrides,
  };
}
