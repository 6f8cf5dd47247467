import type { Evidence } from "../../observe/evidence.ts";
import type { SessionGroup, Snapshot } from "../../observe/snapshot.ts";
import { exhaustionOf, type Exhaustion, type SlotScope } from "../forecast/exhaustion.ts";
import type { Interval } from "../forecast/interval.ts";
import { growthOf } from "../forecast/growth.ts";
import { extended, type Series } from "../forecast/series.ts";
import type { LeakingPool, PoolHolder } from "./pool.ts";

/** By scope and name. Bounded by the limits that the evidence returns. */
export type ScopeSeries = ReadonlyMap<string, Series>;

/** Where connection slots will run out, and how each place has filled. */
export type ScopesSeen = {
  readonly exhaustions: readonly Exhaustion[];
  readonly series: ScopeSeries;
};

const now: Interval = { estimate: 0, lower: 0, upper: 0 };

/** Where our own session takes a slot: it is in no group. */
export type OwnSession = { readonly datname: string; readonly usename: string };

type Counted = SlotScope & {
  readonly quiet: number;
  /** False where sessions that nobody can assign may be of this scope as well. */
  readonly isWhole: boolean;
};

/** How the slots are judged. */
type Judging = {
  /** Those that an ordinary role can take: the reserved ones are none of them. */
  readonly usableSlots: number;
  readonly ownSession: OwnSession;
  readonly before: ScopeSeries;
  readonly leakingPools: readonly LeakingPool[];
};

/**
 * Where slots are full nothing can grow any more: while what leaked there is still there, they have run out. A scope of
 * which only a part is counted may be full, but how it grows is unknown until it is whole again.
 */
export function slotScopes(
  snapshot: Snapshot,
  evidence: Evidence | null,
  { usableSlots, ownSession, before, leakingPools }: Judging,
): ScopesSeen {
  const counted = [serverScope(snapshot, usableSlots), ...limitedScopes(snapshot, evidence, ownSession)];
  const series = new Map(
    counted.map((scope) => {
      const { quiet, used: sessions, isWhole } = scope;
      const past = before.get(keyOf(scope)) ?? [];
      const point = { atSeconds: snapshot.takenAtSeconds, quiet, sessions };
      return [keyOf(scope), isWhole ? extended(past, point) : past];
    }),
  );
  const exhaustions = counted.flatMap(({ scope, name, limit, used, isWhole }) => {
    const slots = { scope, name, limit, used };
    if (used >= limit && leakingPools.some((pool) => mayBeIn(slots, pool)))
      return [{ ...slots, inSeconds: now }];
    if (!isWhole) return [];
    const own = growthOf(series.get(keyOf(slots)) ?? []);
    const ofPools = leakingPools.flatMap((pool) => (isWhollyIn(slots, pool) ? (pool.growth ?? []) : []));
    return exhaustionOf(slots, { own, ofPools }) ?? [];
  });
  return { exhaustions, series };
}

/** A pool that spans several databases or roles has none in its holder: it may leak in each of them. */
function mayBeIn(slots: SlotScope, holder: PoolHolder): boolean {
  return isWhollyIn(slots, holder) || placeIn(slots, holder) === null;
}

/** How much a pool leaks into a scope is known only where all of it is there. */
function isWhollyIn(slots: SlotScope, holder: PoolHolder): boolean {
  return slots.scope === "server" || placeIn(slots, holder) === slots.name;
}

function placeIn({ scope }: SlotScope, { datname, usename }: PoolHolder): string | null {
  return scope === "database" ? datname : usename;
}

/** From this share of the usable slots on, an idle session is in the way of others. */
const SCARCE = 0.8;

export function isUnderPressure(pressure: number): boolean {
  return pressure >= SCARCE;
}

/** Used slots over usable ones. */
export function pressureOf({ groups }: Snapshot, usableSlots: number): number {
  return usedSlots(groups) / Math.max(1, usableSlots);
}

function serverScope({ groups }: Snapshot, usableSlots: number): Counted {
  const used = usedSlots(groups);
  return { scope: "server", name: "", limit: usableSlots, used, quiet: quietIn(groups), isWhole: true };
}

/** A limit of 0 closes its database or role: nothing can run out there. */
function limitedScopes(
  { groups, coverage }: Snapshot,
  evidence: Evidence | null,
  ownSession: OwnSession,
): readonly Counted[] {
  const isWhole = coverage.groupsFolded === 0;
  const limits = evidence?.connectionLimits.filter(({ limit }) => limit > 0) ?? [];
  return limits.map(({ scope, name, limit }): Counted => {
    const isIn = ({ datname, usename }: Pick<SessionGroup, "datname" | "usename">): boolean =>
      (scope === "database" ? datname : usename) === name;
    const own = groups.filter(isIn);
    const used = sessionsIn(own) + (isIn(ownSession) ? 1 : 0);
    return { scope, name, limit, used, quiet: quietIn(own), isWhole };
  });
}

/** Connection slots that are taken, by whomever. Our own session is in no group, and takes one like the others. */
export function usedSlots(groups: readonly SessionGroup[]): number {
  return 1 + sessionsIn(groups);
}

function sessionsIn(groups: readonly SessionGroup[]): number {
  return groups.reduce((sum, { sessions }) => sum + sessions, 0);
}

function quietIn(groups: readonly SessionGroup[]): number {
  return groups.reduce((sum, { quietSessions }) => sum + quietSessions, 0);
}

function keyOf({ scope, name }: SlotScope): string {
  return `${scope} ${name}`;
}
