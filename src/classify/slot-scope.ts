import type { Evidence } from "../observe/evidence.ts";
import type { SessionGroup, Snapshot } from "../observe/snapshot.ts";
import { exhaustionOf, type Exhaustion, type SlotScope } from "./forecast/exhaustion.ts";
import type { Interval } from "./forecast/interval.ts";
import { growthOf } from "./forecast/growth.ts";
import { extended, type Series } from "./forecast/series.ts";

/** By scope and name. Bounded by the limits that the evidence returns. */
export type ScopeSeries = ReadonlyMap<string, Series>;

/** Where connection slots will run out, and how each place has filled. */
export type ScopesSeen = {
  readonly exhaustions: readonly Exhaustion[];
  readonly series: ScopeSeries;
};

const now: Interval = { estimate: 0, lower: 0, upper: 0 };

type Counted = SlotScope & { readonly quiet: number };

/** How the slots are judged. */
type Judging = {
  /** Those that an ordinary role can take: the reserved ones are none of them. */
  readonly usableSlots: number;
  readonly before: ScopeSeries;
  /** Whether some pool has leaked sessions that are still there. */
  readonly isLeaking: boolean;
};

/** Where slots are full nothing can grow any more: while what leaked is still there, they have run out. */
export function slotScopes(
  snapshot: Snapshot,
  evidence: Evidence | null,
  { usableSlots, before, isLeaking }: Judging,
): ScopesSeen {
  const counted = countedScopes(snapshot, evidence, usableSlots);
  const series = new Map(
    counted.map((scope) => {
      const { quiet, used: sessions } = scope;
      const point = { atSeconds: snapshot.takenAtSeconds, quiet, sessions };
      return [keyOf(scope), extended(before.get(keyOf(scope)) ?? [], point)];
    }),
  );
  const scopes = counted.map(({ scope, name, limit, used }) => ({ scope, name, limit, used }));
  const exhaustions = scopes.flatMap((scope) => {
    if (isLeaking && scope.used >= scope.limit) return [{ ...scope, inSeconds: now }];
    const exhaustion = exhaustionOf(scope, growthOf(series.get(keyOf(scope)) ?? []));
    return exhaustion === null ? [] : [exhaustion];
  });
  return { exhaustions, series };
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

function countedScopes(
  { groups }: Snapshot,
  evidence: Evidence | null,
  usableSlots: number,
): readonly Counted[] {
  const server: Counted = {
    scope: "server",
    name: "",
    limit: usableSlots,
    used: usedSlots(groups),
    quiet: quietIn(groups),
  };
  const limited = (evidence?.connectionLimits ?? []).map(({ scope, name, limit }): Counted => {
    const own = groups.filter(({ datname, usename }) => (scope === "database" ? datname : usename) === name);
    return { scope, name, limit, used: sessionsIn(own), quiet: quietIn(own) };
  });
  return [server, ...limited];
}

/** Our own session is in no group, and takes a slot like the others. */
function usedSlots(groups: readonly SessionGroup[]): number {
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
