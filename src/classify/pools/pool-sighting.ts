import type { SessionGroup, Snapshot } from "../../observe/snapshot.ts";
import type { DeclaredPool, PoolHolder, PoolUse } from "./pool.ts";

/** Whose sessions a pool counts, and from which client, where a look tells clients apart; `null` where it does not. */
export type ClientHolder = PoolHolder & { readonly clientAddr: string | null };

/** A pool as one look saw it: one that is declared, or the sessions that one application holds with one role. */
export type PoolSighting = {
  readonly key: string;
  /** As far as its sessions agree; `holders` is each of them. */
  readonly holder: PoolHolder;
  readonly holders: readonly ClientHolder[];
  /** `null` for a pool that nobody declared. */
  readonly use: PoolUse | null;
  readonly sessions: number;
  readonly quietSessions: number;
  readonly applicationNames: readonly string[];
};

/** The declared pools, seen or not, and every other holder of sessions that do not move. */
export function poolSightings(
  { groups }: Snapshot,
  declared: readonly DeclaredPool[],
): readonly PoolSighting[] {
  const members = new Map<string, SessionGroup[]>();
  for (const group of groups) {
    if (group.folded) continue;
    const pool = declared.find(({ matches }) => matches(group));
    const key = pool === undefined ? keyOfHolder(group) : keyOfDeclared(pool);
    members.set(key, [...(members.get(key) ?? []), group]);
  }
  const ofDeclared = declared.map((pool) => {
    const own = members.get(keyOfDeclared(pool)) ?? [];
    members.delete(keyOfDeclared(pool));
    return sightingOf(keyOfDeclared(pool), own, useOf(pool, own));
  });
  const others = [...members].map(([key, own]) => sightingOf(key, own, null));
  return [...ofDeclared, ...others.filter(({ quietSessions }) => quietSessions > 0)];
}

const DECLARED = "declared ";

function keyOfDeclared({ name }: DeclaredPool): string {
  return `${DECLARED}${name}`;
}

/**
 * Which of these pools a reload of the configuration did away with: it declares them no more, or counts in another pool
 * what was left of their sessions. What became of them nobody can say.
 */
export function reassignedPools(
  { groups }: Snapshot,
  declared: readonly DeclaredPool[],
  before: ReadonlyMap<string, { readonly holders: readonly ClientHolder[] }>,
): ReadonlySet<string> {
  const declaredKeys = new Set(declared.map(keyOfDeclared));
  const counted = new Set<string>();
  const clients = new Map<string, Set<string | null>>();
  for (const group of groups) {
    if (group.folded) continue;
    counted.add(poolKeyOf(group, declared));
    const key = keyOfHolder(group);
    clients.set(key, (clients.get(key) ?? new Set()).add(group.clientAddr));
  }
  // One of the two looks may not have told clients apart: null stands for all of them then.
  const isStillThere = (holder: ClientHolder): boolean => {
    const now = clients.get(keyOfHolder(holder));
    return now !== undefined && (holder.clientAddr === null || now.has(null) || now.has(holder.clientAddr));
  };
  const isUndeclared = (key: string): boolean => key.startsWith(DECLARED) && !declaredKeys.has(key);
  const gone = [...before].filter(
    ([key, { holders }]) => isUndeclared(key) || (!counted.has(key) && holders.some(isStillThere)),
  );
  return new Set(gone.map(([key]) => key));
}

/** In which pool a session is. */
export function poolKeyOf(session: ClientHolder, declared: readonly DeclaredPool[]): string {
  const pool = declared.find(({ matches }) => matches(session));
  return pool === undefined ? keyOfHolder(session) : keyOfDeclared(pool);
}

function keyOfHolder({ datname, usename, applicationName }: PoolHolder): string {
  return JSON.stringify([datname, usename, applicationName]);
}

function sightingOf(key: string, groups: readonly SessionGroup[], use: PoolUse | null): PoolSighting {
  const names = new Set(groups.map(({ applicationName }) => applicationName));
  return {
    key,
    holder: commonHolder(groups),
    holders: holdersOf(groups),
    use,
    sessions: sum(groups, ({ sessions }) => sessions),
    quietSessions: sum(groups, ({ quietSessions }) => quietSessions),
    applicationNames: [...names].filter((name) => name !== null),
  };
}

/** Each once, in whatever states its sessions are. */
function holdersOf(groups: readonly SessionGroup[]): readonly ClientHolder[] {
  const holders = groups.map(({ datname, usename, applicationName, clientAddr }) => ({
    datname,
    usename,
    applicationName,
    clientAddr,
  }));
  const byKey = new Map(holders.map((holder) => [JSON.stringify(Object.values(holder)), holder]));
  return [...byKey.values()];
}

/** Who holds these sessions, where they agree. */
function commonHolder(groups: readonly PoolHolder[]): PoolHolder {
  const common = (pick: (group: PoolHolder) => string | null): string | null => {
    const [first = null, ...others] = new Set(groups.map(pick));
    return others.length === 0 ? first : null;
  };
  return {
    datname: common(({ datname }) => datname),
    usename: common(({ usename }) => usename),
    applicationName: common(({ applicationName }) => applicationName),
  };
}

/** Where size and overflow hold per client, one host that has room to spare does not make up for another. */
function useOf(pool: DeclaredPool, groups: readonly SessionGroup[]): PoolUse {
  const places = new Map<string | null, { readonly held: number; readonly active: number }>();
  for (const { clientAddr, state, sessions } of groups) {
    const place = pool.per === "client" ? clientAddr : null;
    const before = places.get(place) ?? { held: 0, active: 0 };
    const busy = isActive(state) ? sessions : 0;
    places.set(place, { held: before.held + sessions, active: before.active + busy });
  }
  const counts = [...places.values()].map(({ held }) => held);
  const hosts = Math.max(1, counts.length);
  const beyond = (room: number): number => sum(counts, (sessions) => Math.max(0, sessions - room));
  const active = sum(groups, ({ state, sessions }) => (isActive(state) ? sessions : 0));
  return {
    name: pool.name,
    size: pool.size * hosts,
    maxOverflow: pool.maxOverflow * hosts,
    active,
    idle: sum(groups, ({ state, sessions }) => (isActive(state) ? 0 : sessions)),
    overflow: beyond(pool.size),
    excess: beyond(pool.size + pool.maxOverflow),
    mostActive: Math.max(0, ...[...places.values()].map((place) => place.active)),
    mostHeld: Math.max(0, ...counts),
    oldestSessionSeconds: oldest(groups),
  };
}

/** A session inside a transaction is out of its pool, whatever it does there. */
function isActive(state: SessionGroup["state"]): boolean {
  return state !== "idle";
}

function oldest(groups: readonly SessionGroup[]): number | null {
  return groups.reduce<number | null>(
    (most, { oldestSessionSeconds: age }) => (age === null ? most : Math.max(most ?? 0, age)),
    null,
  );
}

function sum<Item>(items: readonly Item[], count: (item: Item) => number): number {
  return items.reduce((total, item) => total + count(item), 0);
}
