import type { PreparedTransaction } from "../observe/evidence.ts";
import type { Backend } from "../observe/snapshot.ts";
import type { CommentKeys } from "./attribution/comment-keys.ts";
import type { Certainty } from "./certainty.ts";
import type { Expectation } from "./expectation.ts";
import type { Harm } from "./harm.ts";
import type { BackendKind } from "./kind.ts";
import type { OvergrownPool } from "./pools/pool.ts";

/** `suspect` is worth a look, `leaked` is so old that nobody is expected to come back for it. */
export const severities = ["suspect", "leaked"] as const;

export type Severity = (typeof severities)[number];

/**
 * How an episode ends: the session went on; its row is gone, by whatever cause; pgleash ended it; or nobody knows,
 * because the server restarted, another one answered, the looks had a gap, or a reload did away with its pool.
 */
export const episodeEnds = ["returned", "vanished", "terminated", "lost_sight"] as const;

export type EpisodeEnd = (typeof episodeEnds)[number];

/** What a verdict is about: a backend, a prepared transaction, or a pool as a whole. */
export type Subject =
  | { readonly kind: BackendKind; readonly backend: Backend }
  | { readonly kind: "prepared_transaction"; readonly prepared: PreparedTransaction }
  | { readonly kind: "pool_overgrown"; readonly pool: OvergrownPool };

/** What is said of a suspect, as last seen: a lock or another kind may hide it meanwhile. */
export type Findings = {
  readonly severity: Severity;
  /** How long the subject has looked like this leak, by the server's clock. */
  readonly ageSeconds: number;
  readonly harm: Harm;
  /** What the session last said about itself in a comment: `route` → `/checkout`. */
  readonly commentKeys: CommentKeys;
  /**
   * Whether these keys were read in the present transaction or statement. Else they may tell who used the session before:
   * they are shown, and no rule goes by them.
   */
  readonly hasCurrentKeys: boolean;
  /** Its last statement without literals; `null` where there is none. */
  readonly redactedStatement: string | null;
  /**
   * That it is expected to take so long. A suspect is told of all the same, because others wait for it; an open episode that is
   * not named may be hidden by it.
   */
  readonly expectation: Expectation | null;
  /** Whether it may say with its next statement that it takes long. */
  readonly mayDeclare: boolean;
};

/** One suspect followed over looks: one subject in one very period of one kind. */
export type Episode = Subject &
  Findings & {
    /** By the thresholds and waiters of the last look that named it: `severity` stays leaked once it was. */
    readonly severityNow: Severity;
    readonly certainty: Certainty;
    readonly period: string;
    /** On how many looks by plan of this process (0: as yet on one that a quick look called for), and since when (epoch seconds, server's clock), it was named so. Both begin anew once it is expected no more. */
    readonly sightings: number;
    readonly firstSeenSeconds: number;
  };

/** Each transition of an episode happens once. */
export type EpisodeEvent =
  | { readonly type: "suspected"; readonly episode: Episode }
  | { readonly type: "leaked"; readonly episode: Episode }
  | { readonly type: "ended"; readonly episode: Episode; readonly end: EpisodeEnd };
