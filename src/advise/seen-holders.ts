import type { PoolHolder } from "../classify/pools/pool.ts";
import type { SessionGroup } from "../observe/snapshot.ts";

/** The sessions that one role, or one application, held at a look. */
export type SeenSessions = {
  /** Whose they are; of a role, in one of its groups. */
  readonly holder: PoolHolder;
  readonly held: number;
  /** Active, or inside a transaction: out of their pool. */
  readonly busy: number;
  /** Of which nobody can say what they do: hidden from our role, or they track no activities. Not in the others. */
  readonly unread: number;
  /** How long the oldest idle period inside a transaction had lasted by then, in seconds; 0 without one. */
  readonly oldestIdleSeconds: number;
};

/** Of one look, by the name of the role, and by `applicationKeyOf`. */
export type SeenHolders = {
  readonly roles: ReadonlyMap<string, SeenSessions>;
  readonly applications: ReadonlyMap<string, SeenSessions>;
};

/** Role, database and application as a map key. No name of PostgreSQL's has a NUL in it; `null` is not the empty name. */
export function applicationKeyOf({ datname, usename, applicationName }: PoolHolder): string {
  return `${keyPart(datname)}\0${keyPart(usename)}\0${keyPart(applicationName)}`;
}

function keyPart(name: string | null): string {
  return name === null ? "" : `=${name}`;
}

/** Who held sessions at a look; those of the folded group nobody can assign. Pure. */
export function seenHolders(groups: readonly SessionGroup[]): SeenHolders {
  const roles = new Map<string, Adding>();
  const applications = new Map<string, Adding>();
  for (const group of groups) {
    if (group.folded) continue;
    if (group.usename !== null) add(roles, group.usename, group);
    add(applications, applicationKeyOf(group), group);
  }
  return { roles, applications };
}

/** What these sessions do is hidden from our role, or not tracked. */
const unreadStates: ReadonlySet<SessionGroup["state"]> = new Set(["unknown", "disabled"]);

/** Of this look alone, and so added up in place: there are a thousand groups. */
type Adding = { -readonly [Key in keyof SeenSessions]: SeenSessions[Key] };

function add(all: Map<string, Adding>, key: string, group: SessionGroup): void {
  const { state, oldestStateSeconds } = group;
  const isUnread = unreadStates.has(state);
  const [sessions, unread] = isUnread ? [0, group.sessions] : [group.sessions, 0];
  const isIdleInside = state === "idle in transaction" || state === "idle in transaction (aborted)";
  const busy = state === "idle" ? 0 : sessions;
  const oldestIdleSeconds = isIdleInside ? (oldestStateSeconds ?? 0) : 0;
  const known = all.get(key);
  if (known === undefined) {
    all.set(key, { holder: group, held: sessions, busy, unread, oldestIdleSeconds });
    return;
  }
  known.held += sessions;
  known.busy += busy;
  known.unread += unread;
  known.oldestIdleSeconds = Math.max(known.oldestIdleSeconds, oldestIdleSeconds);
}
