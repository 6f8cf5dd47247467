/** A role, and what it may do: nobody ends the sessions of some. */
export type Role = {
  readonly name: string;
  readonly isSuperuser: boolean;
  readonly isReplication: boolean;
};

/** What oids stood for when they were last asked about; `null`: the server knew none of it. Bounded by the groups of a look. */
export type Names = {
  readonly databases: ReadonlyMap<number, string | null>;
  readonly roles: ReadonlyMap<number, Role | null>;
  /** How many looks they have served. */
  readonly looks: number;
};

/** The databases and roles of the sessions of a look. */
export type Oids = { readonly databases: readonly number[]; readonly roles: readonly number[] };

/** Nobody was asked yet. */
export const noNames: Names = { databases: new Map(), roles: new Map(), looks: 0 };

/** A rename shows after so many looks at most. Whoever ends a session compares its names once more. */
const MOST_LOOKS = 10;

/** Whether they must be asked for anew: one is missing, or they have served long enough. Pure. */
export function areNamesDue({ databases, roles, looks }: Names, oids: Oids): boolean {
  return (
    looks >= MOST_LOOKS ||
    oids.databases.some((oid) => !databases.has(oid)) ||
    oids.roles.some((oid) => !roles.has(oid))
  );
}
