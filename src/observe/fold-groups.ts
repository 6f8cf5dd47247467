import { mergeGroups } from "./merge-groups.ts";
import type { SessionGroup } from "./snapshot.ts";

/** The groups within the limit, and how many were folded. */
export type Folded = { readonly groups: readonly SessionGroup[]; readonly groupsFolded: number };

/** Keeps the largest groups; of the others, those of each state become one. Equal ones go by their names. Pure. */
export function foldGroups(groups: readonly SessionGroup[], limit: number): Folded {
  if (groups.length <= limit) return { groups, groupsFolded: 0 };
  const named = groups.map((group) => ({ group, name: nameOf(group) }));
  const ranked = named
    .toSorted((a, b) => b.group.sessions - a.group.sessions || compare(a.name, b.name))
    .map(({ group }) => group);
  const small = ranked.slice(limit).map((group) => ({ ...group, ...nobody }));
  return {
    groups: [...ranked.slice(0, limit), ...mergeGroups(small)],
    groupsFolded: groups.length - limit,
  };
}

const nobody = {
  folded: true,
  datname: null,
  usename: null,
  applicationName: null,
  clientAddr: null,
} as const;

function nameOf({ datname, usename, applicationName, clientAddr, state }: SessionGroup): string {
  return JSON.stringify([datname, usename, applicationName, state, clientAddr]);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
