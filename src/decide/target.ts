import type { CommentKeys } from "../classify/attribution/comment-keys.ts";
import type { Episode, Severity } from "../classify/episode.ts";
import type { HarmLevel } from "../classify/harm.ts";
import type { LeakKind } from "../classify/kind.ts";
import type { BackendState } from "../observe/snapshot.ts";

/** A suspect that is a session: the only kind that can be ended. */
export type SessionEpisode = Extract<Episode, { readonly backend: unknown }>;

/** What the matchers of a policy can see of a suspect. `null`, and the state `unknown`, are not seen. */
export type Target = {
  readonly server: string;
  readonly kind: LeakKind;
  /** At this look. */
  readonly severity: Severity;
  readonly harm: HarmLevel;
  readonly datname: string | null;
  readonly usename: string | null;
  readonly applicationName: string | null;
  /** The server's own fact: never an address that a client wrote into its application name. */
  readonly clientAddr: string | null;
  readonly state: BackendState;
  readonly queryId: string | null;
  /** Of the present transaction or statement alone: what was said before may be of another client of a pool. */
  readonly commentKeys: CommentKeys;
};

const noKeys: CommentKeys = new Map();

const nobody = { datname: null, usename: null, applicationName: null, clientAddr: null } as const;

/** Whose session it is, as far as limits are concerned. */
export type Holder = Pick<Target, "usename" | "applicationName" | "clientAddr">;

/** A suspect as a policy sees it. A prepared transaction and a pool are seen too, so that a plan can say why they are spared. */
export function targetOf(server: string, episode: Episode): Target {
  const { kind, severityNow: severity, harm, hasCurrentKeys } = episode;
  const commentKeys = hasCurrentKeys ? episode.commentKeys : noKeys;
  const seen = { server, kind, severity, harm: harm.level, commentKeys };
  if ("prepared" in episode) {
    const { datname, usename } = episode.prepared;
    return { ...nobody, ...seen, datname, usename, state: "unknown", queryId: null };
  }
  if ("pool" in episode)
    return { ...nobody, ...seen, ...episode.pool.holder, state: "unknown", queryId: null };
  const { datname, usename, applicationName, clientAddr, state, queryId } = episode.backend;
  return { ...seen, datname, usename, applicationName, clientAddr, state, queryId };
}

/**
 * Whether a rule is for this suspect only by what changes from statement to statement: state, query id, comment. What is
 * unknown never matches. Pure.
 */
export function goesByStatement(rule: { matches(target: Target): boolean }, target: Target): boolean {
  return !rule.matches({ ...target, state: "unknown", queryId: null, commentKeys: noKeys });
}

/**
 * Whether an act is meant for the present statement alone: its rule is, or the session may say with its next one that it takes
 * long. Whoever says so between the look and the signal must be left alone, and the server knows no markers. Pure.
 */
export function isMeantForStatement(
  { mayDeclare }: Pick<SessionEpisode, "mayDeclare">,
  rule: Parameters<typeof goesByStatement>[0],
  target: Target,
): boolean {
  return mayDeclare || goesByStatement(rule, target);
}

/** Whether two sessions may be held by the same: what is unknown of one may be as with the other. */
export function mayBeSameHolder(a: Holder, b: Holder): boolean {
  return (
    maySame(a.usename, b.usename) &&
    maySame(a.applicationName, b.applicationName) &&
    maySame(a.clientAddr, b.clientAddr)
  );
}

function maySame(a: string | null, b: string | null): boolean {
  return a === null || b === null || a === b;
}

/** The same role and application, whatever the client. */
export function fromAnyClient({ usename, applicationName }: Holder): Holder {
  return { usename, applicationName, clientAddr: null };
}

/** A holder as a map key: role, application and client. */
export function holderKeyOf({ usename, applicationName, clientAddr }: Holder): string {
  return JSON.stringify([usename, applicationName, clientAddr]);
}
