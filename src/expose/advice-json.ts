import type { Advice, ApplicationAdvice, PeriodSummary, RoleAdvice } from "../advise/advice.ts";
import { alterRole } from "../advise/alter-role.ts";
import type { Counterfactual } from "../advise/counterfactual.ts";
import type { ThresholdAdvice } from "../advise/threshold-advice.ts";
import { timeText } from "../time-text.ts";
import {
  declaredPoolJson,
  poolUseJson,
  type DeclaredPoolJson,
  type PoolUseJson,
} from "./pool-advice-json.ts";

/** Seconds, or why there is no advice: one of the two is null. */
type ThresholdJson = { readonly seconds: number | null; readonly refused: string | null };

type PeriodsJson = {
  readonly returned: number;
  readonly vanished: number;
  readonly lost_sight: number;
  readonly open: number;
  readonly median_seconds: number | null;
  readonly p99_seconds: number | null;
  /** The longest after which a session was seen to go on: with a threshold below it that was a false report. */
  readonly longest_seconds: number | null;
  /** The longest after which a session was gone: dropped, ended, or committed and disconnected between two looks. */
  readonly longest_vanished_seconds: number | null;
  readonly oldest_seen_seconds: number;
};

type TimeoutJson = {
  readonly seconds: number;
  readonly fired: number;
  readonly fired_at_least: number;
  readonly returned: number;
  readonly vanished: number;
  readonly lost_sight: number;
  readonly open: number;
  readonly protected: number;
};

/** The advice for one server. */
export type AdviceJson = {
  readonly server: string;
  readonly looks: number;
  readonly from: string | null;
  readonly to: string | null;
  readonly watched_seconds: number;
  readonly longest_step_seconds: number;
  readonly lost_sight: number;
  readonly hidden_looks: number;
  readonly cut_looks: number;
  /** Null where looks return no idle transaction at all. */
  readonly returned_from_seconds: number | null;
  readonly known_from_seconds: number | null;
  readonly applications: readonly {
    readonly application_name: string | null;
    readonly usename: string | null;
    readonly datname: string | null;
    readonly looks: number;
    readonly periods: PeriodsJson;
    readonly leaked_after: ThresholdJson;
    readonly pool: PoolUseJson;
  }[];
  /** The declared pools. Where one holds for each client host, the counts are those of the host that had most at each look. */
  readonly pools: readonly DeclaredPoolJson[];
  readonly roles: readonly {
    readonly usename: string;
    readonly looks: number;
    readonly periods: PeriodsJson;
    readonly idle_in_transaction_session_timeout: ThresholdJson & { readonly sql: string | null };
    readonly timeouts: readonly TimeoutJson[];
  }[];
  /** The same for all roles together. */
  readonly timeouts: readonly TimeoutJson[];
  readonly folded_application_periods: number;
  readonly folded_role_periods: number;
};

/** The advice as programs read it: seconds and counts, null for what is not known. */
export function adviceJson(server: string, advice: Advice): AdviceJson {
  const { history } = advice;
  const wasLooked = history.looks > 0;
  return {
    server,
    looks: history.looks,
    from: wasLooked ? timeText(history.fromSeconds) : null,
    to: wasLooked ? timeText(history.toSeconds) : null,
    watched_seconds: rounded(history.watchedSeconds),
    longest_step_seconds: rounded(history.longestStepSeconds),
    lost_sight: history.lostSight,
    hidden_looks: history.hiddenLooks,
    cut_looks: history.cutLooks,
    returned_from_seconds: finite(history.returnedFromSeconds),
    known_from_seconds: finite(advice.knownFromSeconds),
    applications: advice.applications.map(applicationJson),
    pools: advice.pools.map(declaredPoolJson),
    roles: advice.roles.map(roleJson),
    timeouts: advice.everybody.map(timeoutJson),
    folded_application_periods: advice.foldedApplicationPeriods,
    folded_role_periods: advice.foldedRolePeriods,
  };
}

function applicationJson({
  holder,
  looks,
  periods,
  leakedAfter,
  pool,
}: ApplicationAdvice): AdviceJson["applications"][number] {
  return {
    application_name: holder.applicationName,
    usename: holder.usename,
    datname: holder.datname,
    looks,
    periods: periodsJson(periods),
    leaked_after: thresholdJson(leakedAfter),
    pool: poolUseJson(pool),
  };
}

function roleJson({
  usename,
  looks,
  periods,
  timeout,
  counterfactuals,
}: RoleAdvice): AdviceJson["roles"][number] {
  const sql = timeout.type === "advised" ? alterRole(usename, timeout.seconds) : null;
  return {
    usename,
    looks,
    periods: periodsJson(periods),
    idle_in_transaction_session_timeout: { ...thresholdJson(timeout), sql },
    timeouts: counterfactuals.map(timeoutJson),
  };
}

function periodsJson(periods: PeriodSummary): PeriodsJson {
  return {
    returned: periods.returned,
    vanished: periods.vanished,
    lost_sight: periods.lostSight,
    open: periods.stillOpen,
    median_seconds: orNull(periods.medianSeconds),
    p99_seconds: orNull(periods.p99Seconds),
    longest_seconds: orNull(periods.longestSeconds),
    longest_vanished_seconds: orNull(periods.longestGoneSeconds),
    oldest_seen_seconds: rounded(periods.oldestIdleSeconds),
  };
}

function thresholdJson(advice: ThresholdAdvice): ThresholdJson {
  return advice.type === "advised"
    ? { seconds: advice.seconds, refused: null }
    : { seconds: null, refused: advice.why };
}

function timeoutJson(one: Counterfactual): TimeoutJson {
  return {
    seconds: one.afterSeconds,
    fired: one.fired,
    fired_at_least: one.surelyFired,
    returned: one.returned,
    vanished: one.vanished,
    lost_sight: one.lostSight,
    open: one.stillOpen,
    protected: one.onProtected,
  };
}

function finite(seconds: number): number | null {
  return seconds === Infinity ? null : rounded(seconds);
}

function orNull(seconds: number | null): number | null {
  return seconds === null ? null : rounded(seconds);
}

/** Milliseconds are more than anybody knows. */
function rounded(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}
