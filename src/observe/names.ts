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
  /** Of the look that they were read for, by the server's clock; epoch seconds. */
  readonly readAtSeconds: number;
};

/** The databases and roles of the sessions of a look. */
export type Oids = { readonly databases: readonly number[]; readonly roles: readonly number[] };

/** Nobody was asked yet. */
export const noNames: Names = { databases: new Map(), roles: new Map(), looks: 0, readAtSeconds: -Infinity };

/**
 * A rename shows after so many looks at most, and at the first one after so long. Whoever ends a session compares its names
 * once more.
 */
const MOST_LOOKS = 10;
const LONGEST_SECONDS = 300;

/** Whether they must be asked for anew: one is missing, or they have served long enough. Pure. */
export function areNamesDue(
  { databases, roles, looks, readAtSeconds }: Names,
  oids: Oids,
  nowSeconds: number,
): boolean {
  return (
    looks >= MOST_LOOKS ||
    Math.abs(nowSeconds - readAtSeconds) >= LONGEST_SECONDS ||
    oids.databases.some((oid) => !databases.has(oid)) ||
    oids.roles.some((oid) => !roles.has(oid))
  );
}
