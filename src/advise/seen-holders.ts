import type { PoolHolder } from "../classify/pools/pool.ts";
import type { SessionGroup } from "../observe/snapshot.ts";

/** The sessions that one role, or one application, held at a look. */
export type SeenSessions = {
  readonly held: number;
  /** Active, or inside a transaction: out of their pool. */
  readonly busy: number;
  /** How long the oldest idle period inside a transaction had lasted by then, in seconds; 0 without one. */
  readonly oldestIdleSeconds: number;
};

const none: SeenSessions = { held: 0, busy: 0, oldestIdleSeconds: 0 };

/** Role, database and application as a map key. */
export function applicationKeyOf({ datname, usename, applicationName }: PoolHolder): string {
  return JSON.stringify([datname, usename, applicationName]);
}

/** The sessions of each holder, by the key that is made of it; `null` for sessions that are to be left out. Pure. */
export function seenBy(
  groups: readonly SessionGroup[],
  keyOf: (holder: PoolHolder) => string | null,
): ReadonlyMap<string, { readonly holder: PoolHolder; readonly seen: SeenSessions }> {
  const found = new Map<string, { readonly holder: PoolHolder; readonly seen: SeenSessions }>();
  for (const group of groups) {
    const { datname, usename, applicationName, folded } = group;
    const holder = { datname, usename, applicationName };
    const key = folded ? null : keyOf(holder);
    if (key === null) continue;
    found.set(key, { holder, seen: withGroup(found.get(key)?.seen ?? none, group) });
  }
  return found;
}

function withGroup(seen: SeenSessions, { state, sessions, oldestStateSeconds }: SessionGroup): SeenSessions {
  const isIdleInside = state === "idle in transaction" || state === "idle in transaction (aborted)";
  return {
    held: seen.held + sessions,
    busy: seen.busy + (state === "idle" ? 0 : sessions),
    oldestIdleSeconds: Math.max(seen.oldestIdleSeconds, isIdleInside ? (oldestStateSeconds ?? 0) : 0),
  };
}
