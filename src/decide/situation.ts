import type { Episode, EpisodeEvent } from "../classify/episode.ts";
import type { SessionGroup } from "../observe/snapshot.ts";
import type { PolicyMode } from "./policy.ts";
import { mayBeSameHolder, type Holder } from "./target.ts";

/** A pause that somebody ordered; `by` and `untilSeconds` are `null` where nobody knows. */
export type Pause = {
  readonly reason: string;
  /** Epoch seconds by our own clock. */
  readonly untilSeconds: number | null;
  readonly by: string | null;
};

/** What must be so before anybody is signalled. */
export type Permits = {
  /** Both switches: the mode of the file, and the flag. */
  readonly isEnforcing: boolean;
  readonly pause: Pause | null;
  readonly hasLease: boolean;
  /** Why the lease is not ours, in words; `null` when it is, or is not needed. */
  readonly leaseRefusal: string | null;
  /** A pooler in between shares our session, and with it the lease. */
  readonly isPooled: boolean;
  /** Our role is a member of `pg_signal_backend`. */
  readonly canSignal: boolean;
  readonly isAuditWorking: boolean;
  /** Why it does not, in words; `null` where it does, and where the policy names no audit file. */
  readonly auditProblem: string | null;
};

/** An episode that is over, and how it ended. */
export type EndedEpisode = Extract<EpisodeEvent, { readonly type: "ended" }>;

/** What a decision is made in. Times are by the server's clock. */
export type Situation = {
  readonly server: string;
  readonly nowSeconds: number;
  readonly standby: boolean;
  /** Used slots over usable ones. */
  readonly pressure: number;
  /** The suspects of this look, and all open episodes by their key: one that a lock or another kind hides is no suspect. */
  readonly suspects: readonly Episode[];
  readonly openEpisodes: ReadonlyMap<string, Episode>;
  /** The episodes that this look found to have ended. */
  readonly ended: readonly EndedEpisode[];
  readonly groups: readonly SessionGroup[];
  /** Whether earlier looks vouch for this one: no gap, no restart, no clock that jumped. */
  readonly isTrusted: boolean;
  /** Between two looks by plan: limits per look, and counts of looks, would else be worth less the more looks there are. */
  readonly isOutOfTurn: boolean;
  /** How far the server's clock went ahead since the look before, beside the time that passed; negative: back; 0: not, or nobody knows. */
  readonly clockJumpSeconds: number;
  readonly ownRole: string;
  readonly permits: Permits;
};

/** What is done in this situation: acts, or records of what would have been acts. */
export function modeOf({ permits }: Pick<Situation, "permits">): PolicyMode {
  return permits.isEnforcing ? "enforce" : "dry_run";
}

export function sessionsIn(groups: readonly SessionGroup[]): number {
  return groups.reduce((sum, { sessions }) => sum + sessions, 0);
}

/**
 * How many sessions a role has under an application name, from one client where the groups tell clients apart. A holder
 * past the bound of a look may have all of those that were folded.
 */
export function sessionsOfHolder(groups: readonly SessionGroup[], holder: Holder): number {
  const { usename, applicationName, clientAddr } = holder;
  const own = groups.filter(
    (group) =>
      group.usename === usename &&
      group.applicationName === applicationName &&
      (group.clientAddr === null || clientAddr === null || group.clientAddr === clientAddr),
  );
  return sessionsIn(own.length > 0 ? own : groups.filter(({ folded }) => folded));
}

/**
 * How many open leaks may be a holder's: sessions, and pools as a whole. What is unknown of a leak may be as with the
 * holder, its client too. A prepared transaction holds no session that could become fewer.
 */
export function leaksOfHolder(openEpisodes: Situation["openEpisodes"], holder: Holder): number {
  const leaked = [...openEpisodes.values()].filter(({ severity }) => severity === "leaked");
  const holders = leaked.flatMap((episode): readonly Holder[] => {
    if ("pool" in episode) return [{ ...episode.pool.holder, clientAddr: null }];
    return "backend" in episode ? [episode.backend] : [];
  });
  return holders.filter((one) => mayBeSameHolder(one, holder)).length;
}
