import type { Holder } from "../classify/holder.ts";
import type { SessionGroup } from "../observe/snapshot.ts";

/** Sessions of which nobody can say when they began, or what they do: all that is known is how many there are, and whose. */
export type UnseenSessions = {
  /** Hidden from our role, or with `track_activities` off. */
  readonly why: "hidden" | "untracked";
  readonly holder: Holder;
  readonly sessions: number;
};

/** The unseen ones among the sessions of a look. Of a hidden session the server tells no state and no start. */
export function unseenSessions(groups: readonly SessionGroup[]): readonly UnseenSessions[] {
  return groups.flatMap((group) => {
    const why = whyUnseen(group);
    return why === null ? [] : [{ why, holder: holderOf(group), sessions: group.sessions }];
  });
}

function whyUnseen({ state, folded, oldestSessionSeconds }: SessionGroup): UnseenSessions["why"] | null {
  if (state === "disabled") return "untracked";
  // Up to 17 a session that is about to start has no state either, but a start. Of folded groups some may have one.
  return state === "unknown" && (folded || oldestSessionSeconds === null) ? "hidden" : null;
}

function holderOf({ datname, usename, applicationName, clientAddr }: SessionGroup): Holder {
  return { datname, usename, applicationName, clientAddr, pooledClientAddr: null };
}
