import { clockJump } from "../classify/clock-jump.ts";
import { keptSight, type LastLook } from "../classify/memory.ts";
import type { PoolHolder } from "../classify/pools/pool.ts";
import type { Reading } from "../reading.ts";
import { poolsAfter, type PoolHistory, type SeenPools } from "./declared-pools.ts";
import { followPeriods, type Following } from "./follow-periods.ts";
import { afterNews, nothingFolded, type Folded } from "./folded.ts";
import type { FinishedPeriod, OpenPeriods } from "./period.ts";
import { emptyPeriodTally, withFinished, type PeriodTally } from "./period-tally.ts";
import { applicationKeyOf, seenHolders, type SeenHolders, type SeenSessions } from "./seen-holders.ts";
import { privilegedAfter, type PrivilegedRoles, type SparesRole } from "./spared-role.ts";
import { noUse, withUse, type SessionUse } from "./session-use.ts";

/** What the looks showed of one role. */
export type RoleHistory = {
  readonly usename: string;
  /** At which it held a session, and what all of its sessions did could be read; and those at which it could not. */
  readonly looks: number;
  readonly unreadLooks: number;
  readonly periods: PeriodTally;
  /** The longest that a session was seen idle inside a transaction, in seconds, however young looks return their rows. */
  readonly oldestIdleSeconds: number;
};

/** What the looks showed of one application: a role, a database and an application name. */
export type ApplicationHistory = Omit<RoleHistory, "usename"> & {
  readonly holder: PoolHolder;
  readonly use: SessionUse;
};

/** What the looks at one server showed, so far: what advice is drawn from. Bounded, however long they go on. */
export type History = {
  readonly looks: number;
  /** Times of the first and the last look (epoch seconds, server's clock). */
  readonly fromSeconds: number;
  readonly toSeconds: number;
  /** How long it was that looks vouch for, and the longest time between two of these. */
  readonly watchedSeconds: number;
  readonly longestStepSeconds: number;
  /** Looks that none before them vouches for: restarts, failovers, gaps, clocks that were set. The first is none. */
  readonly lostSight: number;
  /** Looks from which sessions were hidden, and those that were cut. */
  readonly hiddenLooks: number;
  readonly cutLooks: number;
  /** Looks return no idle transaction that is younger; `Infinity` if any returned none. */
  readonly returnedFromSeconds: number;
  readonly lastLook: Omit<LastLook, "pressure"> | null;
  readonly clearFromSeconds: number;
  readonly open: OpenPeriods;
  readonly roles: Folded<RoleHistory>;
  readonly applications: Folded<ApplicationHistory>;
  /** The pools that were declared at the last look, in their order. */
  readonly pools: readonly PoolHistory[];
  readonly privileged: PrivilegedRoles;
  /** By the policy of the last look. */
  readonly sparesRole: SparesRole;
};

/** Role names are the administrator's; application names are anybody's: those that do not fit are only added up. */
const MOST_ROLES = 500;
const MOST_APPLICATIONS = 500;

/** Before the first look. */
export const emptyHistory: History = {
  looks: 0,
  fromSeconds: Infinity,
  toSeconds: -Infinity,
  watchedSeconds: 0,
  longestStepSeconds: 0,
  lostSight: 0,
  hiddenLooks: 0,
  cutLooks: 0,
  returnedFromSeconds: 0,
  lastLook: null,
  clearFromSeconds: -Infinity,
  open: new Map(),
  roles: nothingFolded(),
  applications: nothingFolded(),
  pools: [],
  privileged: new Map(),
  sparesRole: () => null,
};

type Judging = Pick<Following, "thresholds" | "isProtected"> & {
  readonly sparesRole: SparesRole;
  /** What this look saw of the declared pools. */
  readonly pools: SeenPools;
};

type Read = Pick<Reading, "look" | "asked" | "gapSeconds" | "sinceLastLookSeconds">;

/** With one look more. Pure. */
export function withLook(
  history: History,
  reading: Read,
  { pools, sparesRole, ...judging }: Judging,
): History {
  const { snapshot } = reading.look;
  const { takenAtSeconds, postmasterStart, standby, coverage, groups } = snapshot;
  const { hasKeptSight, clearFromSeconds } = sightOf(history, reading);
  const returnedFromSeconds = reading.asked.ages.idleInTransactionSeconds;
  const following = { ...judging, returnedFromSeconds, hasKeptSight, clearFromSeconds };
  const { open, finished } = followPeriods(snapshot, history.open, following);
  const seen = seenHolders(groups);
  const stepSeconds = hasKeptSight ? takenAtSeconds - (history.lastLook?.takenAtSeconds ?? Infinity) : 0;
  return {
    looks: history.looks + 1,
    fromSeconds: Math.min(history.fromSeconds, takenAtSeconds),
    toSeconds: Math.max(history.toSeconds, takenAtSeconds),
    watchedSeconds: history.watchedSeconds + stepSeconds,
    longestStepSeconds: Math.max(history.longestStepSeconds, stepSeconds),
    lostSight: history.lostSight + (hasKeptSight || history.lastLook === null ? 0 : 1),
    hiddenLooks: history.hiddenLooks + (coverage.hiddenSessions > 0 ? 1 : 0),
    cutLooks: history.cutLooks + (coverage.candidatesCut + coverage.groupsFolded > 0 ? 1 : 0),
    returnedFromSeconds: Math.max(history.returnedFromSeconds, returnedFromSeconds),
    lastLook: { takenAtSeconds, postmasterStart, standby },
    clearFromSeconds,
    open,
    roles: rolesAfter(history.roles, seen, finished),
    applications: applicationsAfter(history.applications, seen, finished),
    pools: poolsAfter(history.pools, pools, reading.asked.groupsByClient),
    privileged: privilegedAfter(history.privileged, snapshot.candidates),
    sparesRole,
  };
}

/** Whether the look before vouches for this one. The first of a process has none before it: nobody was followed. */
function sightOf(
  { lastLook, clearFromSeconds }: History,
  { look: { snapshot }, gapSeconds, sinceLastLookSeconds }: Read,
): Pick<Following, "hasKeptSight" | "clearFromSeconds"> {
  const { takenAtSeconds } = snapshot;
  const lastTakenAtSeconds = lastLook?.takenAtSeconds ?? null;
  const jump = clockJump({ lastTakenAtSeconds, takenAtSeconds, sinceLastLookSeconds });
  if (jump !== null && jump !== 0) return { hasKeptSight: false, clearFromSeconds: takenAtSeconds };
  const isVouchedFor = lastLook !== null && sinceLastLookSeconds !== null;
  return { hasKeptSight: isVouchedFor && keptSight(snapshot, { lastLook }, gapSeconds), clearFromSeconds };
}

function rolesAfter(
  before: Folded<RoleHistory>,
  { roles }: SeenHolders,
  finished: readonly FinishedPeriod[],
): Folded<RoleHistory> {
  const seen = afterNews(before, roles, { most: MOST_ROLES, change: roleSeen });
  const ended = finished.flatMap((period) => {
    const { usename } = period.holder;
    return usename === null ? [] : [[usename, period] as const];
  });
  return afterNews(seen, ended, { most: MOST_ROLES, change: roleEnded });
}

function applicationsAfter(
  before: Folded<ApplicationHistory>,
  { applications }: SeenHolders,
  finished: readonly FinishedPeriod[],
): Folded<ApplicationHistory> {
  const seen = afterNews(before, applications, { most: MOST_APPLICATIONS, change: applicationSeen });
  const ended = finished.map((period) => [applicationKeyOf(period.holder), period] as const);
  return afterNews(seen, ended, { most: MOST_APPLICATIONS, change: applicationEnded });
}

const nothingSeen = { looks: 0, unreadLooks: 0, periods: emptyPeriodTally, oldestIdleSeconds: 0 };

function firstOfRole(usename: string): RoleHistory {
  return { usename, ...nothingSeen };
}

function firstOf({ datname, usename, applicationName }: PoolHolder): ApplicationHistory {
  return { holder: { datname, usename, applicationName }, ...nothingSeen, use: noUse };
}

// Of each role and application there is one more at each look: V8 copies a spread object field by field, and these at once.

function roleSeen(known: RoleHistory | null, seen: SeenSessions, name: string): RoleHistory {
  const { usename, looks, unreadLooks, periods, oldestIdleSeconds } = known ?? firstOfRole(name);
  const isUnread = seen.unread > 0;
  return {
    usename,
    looks: looks + Number(!isUnread),
    unreadLooks: unreadLooks + Number(isUnread),
    periods,
    oldestIdleSeconds: Math.max(oldestIdleSeconds, seen.oldestIdleSeconds),
  };
}

function applicationSeen(known: ApplicationHistory | null, seen: SeenSessions): ApplicationHistory {
  const { holder, looks, unreadLooks, periods, oldestIdleSeconds, use } = known ?? firstOf(seen.holder);
  const isUnread = seen.unread > 0;
  return {
    holder,
    looks: looks + Number(!isUnread),
    unreadLooks: unreadLooks + Number(isUnread),
    periods,
    oldestIdleSeconds: Math.max(oldestIdleSeconds, seen.oldestIdleSeconds),
    use: isUnread ? use : withUse(use, seen),
  };
}

function roleEnded(known: RoleHistory | null, period: FinishedPeriod, name: string): RoleHistory {
  const role = known ?? firstOfRole(name);
  return { ...role, periods: withFinished(role.periods, period) };
}

function applicationEnded(known: ApplicationHistory | null, period: FinishedPeriod): ApplicationHistory {
  const application = known ?? firstOf(period.holder);
  return { ...application, periods: withFinished(application.periods, period) };
}
