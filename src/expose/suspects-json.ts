import type { Exhaustion } from "../classify/forecast/exhaustion.ts";
import type { Horizon, HorizonHolder } from "../classify/evidence/horizon.ts";
import type { PoolUse } from "../classify/pools/pool.ts";
import type { FailureReason } from "../postgres/failure.ts";
import { sessionsIn } from "./aggregate.ts";
import { rankedSuspects } from "./suspect-columns.ts";
import { expectedJson, type ExpectedJson } from "./expected-json.ts";
import { decisionJson, leashJson, type DecisionJson, type LeashJson } from "./leash-json.ts";
import { intervalJson, suspectJson, type IntervalJson, type SuspectJson } from "./suspect-json.ts";
import type { ServerView } from "./view.ts";

/** Where slots run out, and when. */
export type ExhaustionJson = {
  readonly scope: Exhaustion["scope"];
  /** Empty for the server. */
  readonly name: string;
  readonly limit: number;
  readonly used: number;
  readonly in_seconds: IntervalJson;
};

/** Who holds back vacuum; `age` is in transactions. */
export type HorizonJson = {
  readonly holder: HorizonHolder;
  readonly name: string | null;
  readonly age: number;
};

/** A declared pool. */
export type PoolJson = {
  readonly name: string;
  readonly size: number;
  readonly max_overflow: number;
  readonly active: number;
  readonly idle: number;
  readonly overflow: number;
  readonly excess: number;
  readonly oldest_session_seconds: number | null;
};

/** One server as it was looked at. While it is down, blind or cut, an empty list of suspects proves nothing. */
export type ServerJson = {
  readonly server: string;
  readonly up: boolean;
  readonly failure: { readonly reason: FailureReason; readonly message: string } | null;
  /** Without evidence, prepared transactions, limits, and who blocks whom go unseen. */
  readonly evidence_failure: string | null;
  readonly sessions: number | null;
  /** Those that an ordinary role can take, and how many are taken: our own session takes one. */
  readonly slots: { readonly used: number; readonly limit: number } | null;
  readonly hidden_sessions: number | null;
  readonly candidates_cut: number | null;
  readonly exhaustions: readonly ExhaustionJson[];
  /** The oldest first; that of the catalogs alone comes last. */
  readonly horizons: readonly HorizonJson[];
  readonly pools: readonly PoolJson[];
  /** Null where there are no rules, and while the server is down. */
  readonly leash: LeashJson | null;
};

/** A suspect and what was decided about it; null where there are no rules. */
export type DecidedSuspectJson = SuspectJson & { readonly decision: DecisionJson | null };

export type SuspectsJson = {
  readonly servers: readonly ServerJson[];
  readonly suspects: readonly DecidedSuspectJson[];
  readonly expected: readonly ExpectedJson[];
};

/** Everything that the last looks named. */
export function suspectsJson(servers: readonly ServerView[]): SuspectsJson {
  return {
    servers: servers.map(serverJson),
    suspects: rankedSuspects(servers).map(({ server, suspect, decision }) => ({
      ...suspectJson(server, suspect),
      decision: decision === null ? null : decisionJson(decision),
    })),
    expected: servers.flatMap(({ server, report }) =>
      (report?.expected.sessions ?? []).map((session) => expectedJson(server, session)),
    ),
  };
}

function serverJson({ server, report, failure, evidenceFailure }: ServerView): ServerJson {
  const { groups, coverage } = report?.snapshot ?? {};
  return {
    server,
    up: report !== null,
    failure,
    evidence_failure: evidenceFailure,
    sessions: groups === undefined ? null : sessionsIn(groups),
    slots: report === null ? null : { used: report.slots.used, limit: report.slots.limit },
    hidden_sessions: coverage?.hiddenSessions ?? null,
    candidates_cut: coverage?.candidatesCut ?? null,
    exhaustions: report?.exhaustions.map(exhaustionJson) ?? [],
    horizons: report?.horizons.map(horizonJson) ?? [],
    pools: report?.pools.map(poolJson) ?? [],
    leash: report === null || report.leash === null ? null : leashJson(report.leash),
  };
}

/** A forecast, as the log shows it too. */
export function exhaustionJson({ scope, name, limit, used, inSeconds }: Exhaustion): ExhaustionJson {
  return { scope, name, limit, used, in_seconds: intervalJson(inSeconds, { scale: 1, digits: 0 }) };
}

/** Field by field: what a noun comes to hold later must not show by itself. */
function horizonJson({ holder, name, age }: Horizon): HorizonJson {
  return { holder, name, age };
}

function poolJson(pool: PoolUse): PoolJson {
  return {
    name: pool.name,
    size: pool.size,
    max_overflow: pool.maxOverflow,
    active: pool.active,
    idle: pool.idle,
    overflow: pool.overflow,
    excess: pool.excess,
    oldest_session_seconds: pool.oldestSessionSeconds,
  };
}
