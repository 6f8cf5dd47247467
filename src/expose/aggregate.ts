import type { Episode } from "../classify/episode.ts";
import { backendStates, type SessionGroup } from "../observe/snapshot.ts";
import type { Sample } from "./family.ts";
import type { Report } from "./report.ts";

/** A single session that is suspected. */
export type BackendSuspect = Extract<Episode, { readonly backend: unknown }>;

/** A pool that is suspected as a whole. */
export type PoolSuspect = Extract<Episode, { readonly pool: unknown }>;

/** The single sessions among the suspects. */
export function suspectBackends({ suspects }: Report): readonly BackendSuspect[] {
  return suspects.flatMap((suspect) => ("backend" in suspect ? [suspect] : []));
}

/** The pools among the suspects. */
export function suspectPools({ suspects }: Report): readonly PoolSuspect[] {
  return suspects.flatMap((suspect) => ("pool" in suspect ? [suspect] : []));
}

/** All sessions that a look counted; its own is not among them. */
export function sessionsIn(groups: readonly SessionGroup[]): number {
  return groups.reduce((sum, group) => sum + group.sessions, 0);
}

/** A sample for each state: the set is closed, so every one is there from the start. */
export function byState(
  groups: readonly SessionGroup[],
  value: (inState: readonly SessionGroup[]) => number,
): readonly Sample[] {
  return backendStates.map((state) => ({
    labels: { state },
    value: value(groups.filter((group) => group.state === state)),
  }));
}

/** The greatest of the known ages, in seconds; 0 without one. */
export function oldest(ages: readonly (number | null)[]): number {
  return ages.reduce<number>((most, age) => Math.max(most, age ?? 0), 0);
}

/** How many there are of each, by the two values that tell them apart. One pass: in an incident there are hundreds. */
export function countedBy<Item, First, Second>(
  items: readonly Item[],
  valuesOf: (item: Item) => readonly [First, Second],
): (first: First, second: Second) => number {
  const counts = new Map<First, Map<Second, number>>();
  for (const item of items) {
    const [first, second] = valuesOf(item);
    const bySecond = counts.get(first) ?? new Map<Second, number>();
    if (bySecond.size === 0) counts.set(first, bySecond);
    bySecond.set(second, (bySecond.get(second) ?? 0) + 1);
  }
  return (first, second) => counts.get(first)?.get(second) ?? 0;
}
