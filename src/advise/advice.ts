import type { PoolHolder } from "../classify/pools/pool.ts";
import { counterfactuals, type Counterfactual } from "./counterfactual.ts";
import type { ApplicationHistory, History, RoleHistory } from "./history.ts";
import type { OpenPeriod, OpenPeriods } from "./period.ts";
import { emptyPeriodTally, mergedTallies, type Lengths } from "./period-tally.ts";
import { declaredPoolAdvice, poolAdvice, type DeclaredPoolAdvice, type PoolAdvice } from "./pool-advice.ts";
import { applicationKeyOf } from "./seen-holders.ts";
import { quantile } from "./sketch.ts";
import { whySpared } from "./spared-role.ts";
import {
  tooOftenUnread,
  knownFromSeconds,
  thresholdAdvice,
  type ThresholdAdvice,
} from "./threshold-advice.ts";

/** How the periods of one holder ended, and how long those lasted whose session went on. Seconds; `null` without any. */
export type PeriodSummary = {
  readonly returned: number;
  readonly vanished: number;
  readonly lostSight: number;
  readonly stillOpen: number;
  readonly medianSeconds: number | null;
  readonly p99Seconds: number | null;
  /** The longest is exact, or too high by no more than the time between two looks. */
  readonly longestSeconds: number | null;
  /** Of those whose session was gone: some of them may have been about to go on, or may have committed and left. */
  readonly longestGoneSeconds: number | null;
  /** The longest that was seen of any age and end, at the moments of the looks. */
  readonly oldestIdleSeconds: number;
};

export type ApplicationAdvice = {
  readonly holder: PoolHolder;
  /** At which it held a session. */
  readonly looks: number;
  readonly periods: PeriodSummary;
  readonly leakedAfter: ThresholdAdvice;
  readonly pool: PoolAdvice;
};

export type RoleAdvice = {
  readonly usename: string;
  readonly looks: number;
  readonly periods: PeriodSummary;
  /** For `idle_in_transaction_session_timeout`. */
  readonly timeout: ThresholdAdvice;
  readonly counterfactuals: readonly Counterfactual[];
};

/** What the history of one server says. */
export type Advice = {
  readonly history: History;
  /** From this age on every period was seen, but for what was over within a gap. */
  readonly knownFromSeconds: number;
  /** Those with periods first, by how many there are. */
  readonly applications: readonly ApplicationAdvice[];
  readonly roles: readonly RoleAdvice[];
  /** In the order of their declaration. */
  readonly pools: readonly DeclaredPoolAdvice[];
  /** What a timeout for all roles would have done, those included that there was no room for. */
  readonly everybody: readonly Counterfactual[];
  /** Periods of applications, and of roles, that there was no room for. */
  readonly foldedApplicationPeriods: number;
  readonly foldedRolePeriods: number;
};

/** Draws the advice from what looks showed. Pure. */
export function adviceFrom(history: History): Advice {
  const steps = adviceInSteps(history);
  for (let step = steps.next(); ; step = steps.next()) if (step.done === true) return step.value;
}

/** The same, with a pause after each application and each role: of hundreds it takes longer than others should wait. */
export function* adviceInSteps(history: History): Generator<undefined, Advice> {
  const openByApplication = grouped(history.open, applicationKeyOf);
  const openByRole = grouped(history.open, ({ usename }) => usename);
  const applications: ApplicationAdvice[] = [];
  for (const [key, application] of history.applications.own) {
    applications.push(applicationAdvice(application, openByApplication.get(key) ?? [], history));
    yield;
  }
  const holders = holdersByRole(history);
  const roles: RoleAdvice[] = [];
  let tally = history.roles.others?.periods ?? emptyPeriodTally;
  for (const [usename, role] of history.roles.own) {
    const seen = { open: openByRole.get(usename) ?? [], holders: holders.get(usename) ?? [] };
    roles.push(roleAdvice(role, seen, history));
    tally = mergedTallies(tally, role.periods);
    yield;
  }
  return {
    history,
    knownFromSeconds: knownFromSeconds(history),
    applications: applications.toSorted((a, b) => finishedOf(b) - finishedOf(a)),
    roles: roles.toSorted((a, b) => finishedOf(b) - finishedOf(a)),
    pools: history.pools.map((pool) => declaredPoolAdvice(pool, history)),
    everybody: counterfactuals(tally, [...history.open.values()], knownFromSeconds(history)),
    foldedApplicationPeriods: countOf(history.applications.others),
    foldedRolePeriods: countOf(history.roles.others),
  };
}

function grouped(open: OpenPeriods, keyOf: (holder: PoolHolder) => string | null) {
  const found = new Map<string | null, OpenPeriod[]>();
  for (const period of open.values()) {
    const key = keyOf(period.holder);
    found.set(key, [...(found.get(key) ?? []), period]);
  }
  return found;
}

function applicationAdvice(
  application: ApplicationHistory,
  open: readonly OpenPeriod[],
  history: History,
): ApplicationAdvice {
  const pool = poolAdvice(application.use, history);
  const unread = tooOftenUnread(application);
  return {
    holder: application.holder,
    looks: application.looks,
    periods: summaryOf(application, open.length),
    leakedAfter: thresholdAdvice(application, open.length, history),
    pool: unread === null ? pool : { ...pool, size: { type: "refused", why: unread } },
  };
}

function holdersByRole({ applications }: History): ReadonlyMap<string, readonly PoolHolder[]> {
  const found = new Map<string, PoolHolder[]>();
  for (const { holder } of applications.own.values()) {
    if (holder.usename === null) continue;
    const known = found.get(holder.usename);
    if (known === undefined) found.set(holder.usename, [holder]);
    else known.push(holder);
  }
  return found;
}

type SeenOfRole = { readonly open: readonly OpenPeriod[]; readonly holders: readonly PoolHolder[] };

function roleAdvice(role: RoleHistory, { open, holders }: SeenOfRole, history: History): RoleAdvice {
  const periods = summaryOf(role, open.length);
  const timeout = thresholdAdvice(role, open.length, history);
  const isAdvisedCalm = finishedOf({ periods }) === 0 && timeout.type === "advised";
  const why = isAdvisedCalm ? whySpared(history, role.usename, holders) : null;
  return {
    usename: role.usename,
    looks: role.looks,
    periods,
    // That nothing was seen of it says little of those who are spared because they seldom come, and then take long.
    timeout: why === null ? timeout : { type: "refused", why },
    counterfactuals: counterfactuals(role.periods, open, knownFromSeconds(history)),
  };
}

function summaryOf(
  { periods, oldestIdleSeconds }: Pick<RoleHistory, "periods" | "oldestIdleSeconds">,
  stillOpen: number,
): PeriodSummary {
  const { returned, vanished, lost_sight: lostSight } = periods;
  return {
    returned: returned.count,
    vanished: vanished.count,
    lostSight: lostSight.count,
    stillOpen,
    medianSeconds: quantileOf(returned, 0.5),
    p99Seconds: quantileOf(returned, 0.99),
    longestSeconds: returned.count === 0 ? null : returned.longestSeconds,
    longestGoneSeconds: vanished.count === 0 ? null : vanished.longestSeconds,
    oldestIdleSeconds,
  };
}

/** The sketch may be off by a hundredth: no more than the longest. */
function quantileOf({ sketch, longestSeconds }: Lengths, share: number): number | null {
  const seconds = quantile(sketch, share);
  return seconds === null ? null : Math.min(seconds, longestSeconds);
}

function finishedOf({ periods }: { readonly periods: PeriodSummary }): number {
  return periods.returned + periods.vanished + periods.lostSight + periods.stillOpen;
}

function countOf(one: Pick<RoleHistory, "periods"> | null): number {
  if (one === null) return 0;
  const { returned, vanished, lost_sight: lostSight } = one.periods;
  const all: readonly Lengths[] = [returned, vanished, lostSight];
  return all.reduce((sum, { count }) => sum + count, 0);
}
