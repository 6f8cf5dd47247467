import type { PoolHolder } from "../classify/pools/pool.ts";
import { isOwnSession } from "../decide/own-session.ts";
import type { Policy } from "../decide/policy.ts";
import type { Backend } from "../observe/snapshot.ts";
import { targetWith, type Watched } from "./protected-session.ts";

/** Why a timeout of this role may end what pgleash never would, or `null`. `holders` are its sessions that were seen. */
export type SparesRole = (usename: string, holders: readonly PoolHolder[]) => string | null;

/** Of roles whose rows were seen, what they may do. */
export type PrivilegedRoles = ReadonlyMap<string, "superuser" | "replication">;

/** Role names are the administrator's, and few of them have such rights. */
const MOST_PRIVILEGED = 500;

/** No role can have it. */
const NOBODY = "\0";

/** The role that initdb makes where nobody asks for another: its rows are rarely among those that looks return. */
const BOOTSTRAP_SUPERUSER = "postgres";

/** With the roles of one look more; the same value where none is new. Pure. */
export function privilegedAfter(before: PrivilegedRoles, candidates: readonly Backend[]): PrivilegedRoles {
  const news = candidates.flatMap(({ usename, isSuperuser, isReplication }) => {
    const right = isSuperuser === true ? "superuser" : isReplication === true ? "replication" : null;
    return usename === null || right === null || before.has(usename) ? [] : [[usename, right] as const];
  });
  return news.length === 0 ? before : new Map([...before, ...news].slice(0, MOST_PRIVILEGED));
}

/**
 * By our own role, and by the protections that are for this role by its name, or may be for one of its sessions by what is known
 * of them. One that goes by the application alone is for no role that was not seen with it. Pure.
 */
export function sparesRoleBy({ protections }: Pick<Policy, "protections">, watched: Watched): SparesRole {
  return (usename, holders) => {
    if (usename === BOOTSTRAP_SUPERUSER) return "it is a superuser, as a rule";
    if ([{ usename, applicationName: null }, ...holders].some((one) => isOwnSession(one, watched.ownRole)))
      return "pgleash itself uses it";
    const named = targetWith(watched, { usename });
    const unnamed = targetWith(watched, { usename: NOBODY });
    const seen = holders.map((holder) => targetWith(watched, holder));
    const found = protections.find(
      ({ mayMatch }) => (mayMatch(named) && !mayMatch(unnamed)) || seen.some((one) => mayMatch(one)),
    );
    return found === undefined ? null : `${found.name} protects it, and a server's timeout spares nobody`;
  };
}

/** Why no timeout is advised for a role of which no idle period was seen, or `null`. Pure. */
export function whySpared(
  { privileged, sparesRole }: { readonly privileged: PrivilegedRoles; readonly sparesRole: SparesRole },
  usename: string,
  holders: readonly PoolHolder[],
): string | null {
  const right = privileged.get(usename);
  if (right !== undefined) return right === "superuser" ? "it is a superuser" : "it is for replication";
  return sparesRole(usename, holders);
}
