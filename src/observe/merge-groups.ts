import type { SessionGroup } from "./snapshot.ts";

/** Groups that are the same to us are one: behind PgBouncer, each client has an application name of its own. */
export function mergeGroups(groups: readonly SessionGroup[]): readonly SessionGroup[] {
  const merged = new Map<string, SessionGroup>();
  for (const group of groups) {
    const { folded, datname, usename, applicationName, clientAddr, state } = group;
    const key = JSON.stringify([folded, datname, usename, applicationName, clientAddr, state]);
    const same = merged.get(key);
    merged.set(key, same === undefined ? group : together(same, group));
  }
  return [...merged.values()];
}

function together(a: SessionGroup, b: SessionGroup): SessionGroup {
  return {
    ...a,
    sessions: a.sessions + b.sessions,
    quietSessions: a.quietSessions + b.quietSessions,
    oldestXactSeconds: older(a.oldestXactSeconds, b.oldestXactSeconds),
    oldestStateSeconds: older(a.oldestStateSeconds, b.oldestStateSeconds),
    oldestSessionSeconds: older(a.oldestSessionSeconds, b.oldestSessionSeconds),
  };
}

function older(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.max(a, b);
}
