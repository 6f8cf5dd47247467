import type { Episode, Severity } from "../classify/episode.ts";
import type { Interval } from "../classify/forecast/interval.ts";
import type { HarmLevel } from "../classify/harm.ts";
import type { Expectation, ExpectationSource } from "../classify/expectation.ts";
import { holderOf } from "../classify/holder.ts";
import type { BackendKind } from "../classify/kind.ts";
import type { OvergrownPool } from "../classify/pools/pool.ts";
import type { Backend, BackendState } from "../observe/snapshot.ts";

/** An estimate and the bounds of its 90 % interval. */
export type IntervalJson = { readonly estimate: number; readonly lower: number; readonly upper: number };

/** That a session may take so long, who said so, and for how long it still holds. */
export type ExpectationJson = {
  readonly source: ExpectationSource;
  readonly left_seconds: number;
  readonly reason: string | null;
};

/** What is said of every suspect. Null is SQL's null, or what a subject does not have. */
type Common = {
  readonly server: string;
  readonly severity: Severity;
  readonly certainty: Episode["certainty"];
  readonly age_seconds: number;
  readonly sightings: number;
  readonly first_seen: string;
  readonly datname: string | null;
  readonly usename: string | null;
  readonly application_name: string | null;
  /** The address that the server saw: behind a pooler the pooler's. */
  readonly client_addr: string | null;
  /** The client behind it, as the application name says. Whoever connects can write it. */
  readonly pooled_client_addr: string | null;
  readonly harm: HarmLevel;
  readonly blocked_sessions: number;
  /** In transactions. */
  readonly horizon_age: number | null;
  readonly work_at_risk_seconds: number | null;
  /** What comments of its statements say, by key. */
  readonly comment: Readonly<Record<string, string>>;
  /** Its last statement without literals. */
  readonly query: string | null;
};

export type BackendSuspectJson = Common & {
  readonly subject: "backend";
  readonly kind: BackendKind;
  readonly pid: number;
  readonly backend_start: string;
  readonly state: BackendState;
  readonly wait_event_type: string | null;
  readonly wait_event: string | null;
  readonly xact_start: string | null;
  readonly query_start: string | null;
  readonly state_change: string | null;
  readonly query_id: string | null;
  readonly xid_age: number | null;
  readonly xmin_age: number | null;
  /** That it is expected to take so long: then others wait for it, or it would be no suspect. */
  readonly expected: ExpectationJson | null;
};

export type PreparedSuspectJson = Common & {
  readonly subject: "prepared_transaction";
  readonly kind: "prepared_transaction";
  readonly gid: string;
  readonly prepared_at: string;
};

export type PoolSuspectJson = Common & {
  readonly subject: "pool";
  readonly kind: "pool_overgrown";
  /** The name under which it was declared, if it was. */
  readonly pool: string | null;
  readonly sessions: number;
  readonly quiet_sessions: number;
  /** Sessions above its declared size and overflow. */
  readonly excess: number;
  /** Those that fell quiet while it grew, as last counted then: 0 for a pool that is only too large. */
  readonly leaked_sessions: number;
  /** Null, both of them, while it does not grow. */
  readonly leak_rate_per_minute: IntervalJson | null;
  readonly leaking_since: string | null;
};

/** One suspect as `/api/v1/suspects`, `--json` and the log show it. */
export type SuspectJson = BackendSuspectJson | PreparedSuspectJson | PoolSuspectJson;

/** One suspect, without anything that could be a literal of a statement. */
export function suspectJson(server: string, suspect: Episode): SuspectJson {
  const common = commonJson(server, suspect);
  if ("prepared" in suspect) {
    const { gid, preparedAt } = suspect.prepared;
    return { subject: "prepared_transaction", kind: suspect.kind, ...common, gid, prepared_at: preparedAt };
  }
  if ("pool" in suspect) return { subject: "pool", kind: suspect.kind, ...common, ...poolJson(suspect.pool) };
  const promised = {
    expected: suspect.expectation === null ? null : expectationJson(suspect.expectation),
  };
  return { subject: "backend", kind: suspect.kind, ...common, ...backendJson(suspect.backend), ...promised };
}

function backendJson(
  backend: Backend,
): Omit<BackendSuspectJson, keyof Common | "subject" | "kind" | "expected"> {
  return {
    pid: backend.id.pid,
    backend_start: backend.id.backendStart,
    state: backend.state,
    wait_event_type: backend.waitEventType,
    wait_event: backend.waitEvent,
    xact_start: backend.xactStart,
    query_start: backend.queryStart,
    state_change: backend.stateChange,
    query_id: backend.queryId,
    xid_age: backend.xidAge,
    xmin_age: backend.xminAge,
  };
}

function commonJson(server: string, suspect: Episode): Common {
  const { harm } = suspect;
  const { datname, usename, applicationName, clientAddr, pooledClientAddr } = holderOf(suspect);
  return {
    server,
    severity: suspect.severity,
    certainty: suspect.certainty,
    age_seconds: rounded(suspect.ageSeconds, 3),
    sightings: suspect.sightings,
    first_seen: isoTime(suspect.firstSeenSeconds),
    datname,
    usename,
    application_name: applicationName,
    client_addr: clientAddr,
    pooled_client_addr: pooledClientAddr,
    harm: harm.level,
    blocked_sessions: harm.blockedSessions,
    horizon_age: harm.horizonAge,
    work_at_risk_seconds: harm.workAtRiskSeconds === null ? null : rounded(harm.workAtRiskSeconds, 3),
    comment: Object.fromEntries(suspect.commentKeys),
    query: suspect.redactedStatement,
  };
}

/** An expectation under the names of the API. */
export function expectationJson({ source, leftSeconds, reason }: Expectation): ExpectationJson {
  return { source, left_seconds: rounded(leftSeconds, 3), reason };
}

function poolJson(pool: OvergrownPool): Omit<PoolSuspectJson, keyof Common | "subject" | "kind"> {
  const { growth } = pool;
  return {
    pool: pool.name,
    sessions: pool.sessions,
    quiet_sessions: pool.quietSessions,
    excess: pool.excess,
    leaked_sessions: pool.leakedSessions,
    leak_rate_per_minute: growth === null ? null : intervalJson(growth.perSecond, { scale: 60, digits: 6 }),
    leaking_since: pool.leakingSinceSeconds === null ? null : isoTime(pool.leakingSinceSeconds),
  };
}

/** An interval in another unit, without digits that mean nothing. */
export function intervalJson(
  { estimate, lower, upper }: Interval,
  { scale, digits }: { readonly scale: number; readonly digits: number },
): IntervalJson {
  const shown = (value: number): number => rounded(value * scale, digits);
  return { estimate: shown(estimate), lower: shown(lower), upper: shown(upper) };
}

function isoTime(epochSeconds: number): string {
  return new Date(epochSeconds * 1000).toISOString();
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
