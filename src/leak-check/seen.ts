import type { Episode } from "../classify/episode.ts";
import type { SessionsSeen } from "./open-sessions.ts";
import type { UnseenSessions } from "./unseen-sessions.ts";

/** What one look saw of a server while it is checked for leaks: everybody. */
export type Seen = SessionsSeen & {
  /** All prepared transactions, if the look asked for them. */
  readonly prepared: readonly Episode[];
  readonly unseen: readonly UnseenSessions[];
  /** Sessions past the bound of a look. */
  readonly sessionsCut: number;
};
