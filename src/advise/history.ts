import { clockJump } from "../classify/clock-jump.ts";
import { keptSight, type LastLook } from "../classify/memory.ts";
import type { PoolHolder } from "../classify/pools/pool.ts";
import type { Reading } from "../reading.ts";
import { poolsAfter, type PoolHistory, type SeenPools } from "./declared-pools.ts";
import { followPeriods, type Following } from "./follow-periods.ts";
import { afterChanges, nothingFolded, type Change, type Folded } from "./folded.ts";
import type { FinishedPeriod, OpenPeriods } from "./period.ts";
import { emptyPeriodTally, withFinished, type PeriodTally } from "./period-tally.ts";
import { applicationKeyOf, seenBy, type SeenSessions } from "./seen-holders.ts";
import { noUse, withUse, type SessionUse } from "./session-use.ts";

/** What the looks showed of one role. */
export type RoleHistory = {
  readonly usename: string;
  /** At which it held a session. */
  readonly looks: number;
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
};

type Judging = Pick<Following, "thresholds" | "isProtected"> & {
  /** What this look saw of the declared pools. */
  readonly pools: SeenPools;
};

type Read = Pick<Reading, "look" | "asked" | "gapSeconds" | "sinceLastLookSeconds">;

/** With one look more. Pure. */
export function withLook(history: History, reading: Read, { pools, ...judging }: Judging): History {
  const { snapshot } = reading.look;
  const { takenAtSeconds, postmasterStart, standby, coverage, groups } = snapshot;
  const { hasKeptSight, clearFromSeconds } = sightOf(history, reading);
  const following = { ...judging, hasKeptSight, clearFromSeconds };
  const { open, finished } = followPeriods(snapshot, history.open, following);
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
    returnedFromSeconds: Math.max(history.returnedFromSeconds, reading.asked.ages.idleInTransactionSeconds),
    lastLook: { takenAtSeconds, postmasterStart, standby },
    clearFromSeconds,
    open,
    roles: rolesAfter(history.roles, { groups, finished }),
    applications: applicationsAfter(history.applications, { groups, finished }),
    pools: poolsAfter(history.pools, pools, reading.asked.groupsByClient),
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

type Shown = {
  readonly groups: Parameters<typeof seenBy>[0];
  readonly finished: readonly FinishedPeriod[];
};

function rolesAfter(before: Folded<RoleHistory>, { groups, finished }: Shown): Folded<RoleHistory> {
  const seen = [...seenBy(groups, ({ usename }) => usename)].map(([usename, one]): Change<RoleHistory> => {
    return [usename, (role) => withSeen(role ?? firstOfRole(usename), one.seen)];
  });
  const ended = finished.flatMap((period): readonly Change<RoleHistory>[] => {
    const { usename } = period.holder;
    return usename === null ? [] : [[usename, (role) => withEnded(role ?? firstOfRole(usename), period)]];
  });
  return afterChanges(before, [...seen, ...ended], MOST_ROLES);
}

function applicationsAfter(
  before: Folded<ApplicationHistory>,
  { groups, finished }: Shown,
): Folded<ApplicationHistory> {
  const seen = [...seenBy(groups, applicationKeyOf)].map(([key, one]): Change<ApplicationHistory> => {
    return [
      key,
      (known) => {
        const application = withSeen(known ?? firstOf(one.holder), one.seen);
        return { ...application, use: withUse(application.use, one.seen) };
      },
    ];
  });
  const ended = finished.map((period): Change<ApplicationHistory> => {
    const { holder } = period;
    return [applicationKeyOf(holder), (known) => withEnded(known ?? firstOf(holder), period)];
  });
  return afterChanges(before, [...seen, ...ended], MOST_APPLICATIONS);
}

const nothingSeen = { looks: 0, periods: emptyPeriodTally, oldestIdleSeconds: 0 };

function firstOfRole(usename: string): RoleHistory {
  return { usename, ...nothingSeen };
}

function firstOf(holder: PoolHolder): ApplicationHistory {
  return { holder, ...nothingSeen, use: noUse };
}

function withSeen<One extends Pick<RoleHistory, "looks" | "oldestIdleSeconds">>(
  one: One,
  { oldestIdleSeconds }: SeenSessions,
): One {
  const oldest = Math.max(one.oldestIdleSeconds, oldestIdleSeconds);
  return { ...one, looks: one.looks + 1, oldestIdleSeconds: oldest };
}

function withEnded<One extends Pick<RoleHistory, "periods">>(one: One, period: FinishedPeriod): One {
  return { ...one, periods: withFinished(one.periods, period) };
}
