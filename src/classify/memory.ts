import type { Evidence } from "../observe/evidence.ts";
import type { Snapshot } from "../observe/snapshot.ts";
import type { AdvisoryLocks } from "./evidence/advisory-lock.ts";
import type { Attributions } from "./attribution/remember.ts";
import type { Waits } from "./evidence/blocking.ts";
import type { ClientWaits } from "./client-wait.ts";
import type { ClockJumps } from "./clock-jump.ts";
import type { Episode } from "./episode.ts";
import type { Excuses } from "./excuse.ts";
import { isRising, overgrownSince, type PoolMemories } from "./pools/pool-memory.ts";
import type { ScopeSeries } from "./pools/slot-scope.ts";
import { emptyTally, type Tally } from "./tally.ts";

/** The last look that succeeded: which server answered, when by its clock, and how full it was. */
export type LastLook = {
  readonly takenAtSeconds: number;
  readonly postmasterStart: string;
  readonly standby: boolean;
  readonly pressure: number;
};

/** All that is remembered of one server between looks. A value: it goes into `classify` and a new one comes out. */
export type Memory = {
  readonly lastLook: LastLook | null;
  /** How the server's clock was set ahead while this process watched: ages from before are too high. */
  readonly clockJumps: ClockJumps;
  readonly clientWaits: ClientWaits;
  readonly excuses: Excuses;
  readonly lockWaits: Waits;
  readonly advisoryLocks: AdvisoryLocks;
  readonly attributions: Attributions;
  /** The last evidence of this server, as it was read, and how many looks ago some was asked for. */
  readonly evidence: Evidence | null;
  readonly looksSinceEvidence: number;
  readonly pools: PoolMemories;
  readonly slots: ScopeSeries;
  /** Open episodes, by `episodeKey`. */
  readonly episodes: ReadonlyMap<string, Episode>;
  /** Of those who would be suspects, and were expected to take long at the last look. */
  readonly expectedPids: readonly number[];
  readonly tally: Tally;
};

/** What a process knows before its first look. */
export function emptyMemory(): Memory {
  return {
    lastLook: null,
    clockJumps: [],
    clientWaits: new Map(),
    excuses: new Map(),
    lockWaits: new Map(),
    advisoryLocks: new Map(),
    attributions: new Map(),
    evidence: null,
    looksSinceEvidence: 0,
    pools: new Map(),
    slots: new Map(),
    episodes: new Map(),
    expectedPids: [],
    tally: emptyTally,
  };
}

/**
 * Whether the memory is of this server, and of just now. A restart, another server at the address, a new role, a clock
 * that jumped, a gap: what was followed is out of sight, and nothing vouches for the time in between.
 */
export function keptSight(
  snapshot: Snapshot,
  { lastLook }: { readonly lastLook: Omit<LastLook, "pressure"> | null },
  gapSeconds: number,
): boolean {
  if (lastLook === null) return true;
  const isSameServer =
    lastLook.postmasterStart === snapshot.postmasterStart && lastLook.standby === snapshot.standby;
  return isSameServer && Math.abs(snapshot.takenAtSeconds - lastLook.takenAtSeconds) <= gapSeconds;
}

/**
 * What is left to know once sight was lost: what sessions said and did stays true, what they are now is open. How pools
 * grew still counts where the server is the same: its looks carry their times.
 */
export function forgotten(memory: Memory, snapshot: Snapshot): Memory {
  const { clockJumps, excuses, attributions, episodes, tally, pools, slots } = memory;
  const isSameServer = memory.lastLook?.postmasterStart === snapshot.postmasterStart;
  return {
    ...emptyMemory(),
    clockJumps,
    excuses,
    attributions,
    episodes,
    tally,
    ...(isSameServer ? { pools, slots } : {}),
  };
}

/**
 * The pids whose rows the next look must return, whatever they do by then: of suspects, and of so many who are expected, so that
 * it shows whether they went on. A look returns a bounded number, and who is expected must not take the place of suspects.
 */
export function followedPids(memory: Memory): readonly number[] {
  const pids = [...memory.episodes.values()].flatMap((episode) =>
    "backend" in episode ? [episode.backend.id.pid] : [],
  );
  return [...new Set([...pids, ...memory.expectedPids.slice(0, MOST_EXPECTED)])];
}

const MOST_EXPECTED = 100;

/**
 * The applications of overgrown pools, and of pools that rise, so that the origin is known when one is named: a few of
 * their idle sessions tell where they come from. A look asks for so many only, and what merely rises may never be named:
 * it comes last, so that it does not take the place of what is.
 */
export function overgrownApplications({ episodes, pools }: Memory): readonly string[] {
  const named = [...episodes.values()].flatMap((episode) => ("pool" in episode ? [episode.pool] : []));
  const overgrown = [...pools.values()].filter((pool) => overgrownSince(pool) !== null);
  const rising = [...pools.values()].filter(isRising);
  const names = [...named, ...overgrown, ...rising].flatMap(({ applicationNames }) => applicationNames);
  return [...new Set(names)].slice(0, MOST_APPLICATIONS);
}

const MOST_APPLICATIONS = 20;
