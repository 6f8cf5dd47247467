import type { Episode } from "../classify/episode.ts";
import type { SessionsSeen } from "./open-sessions.ts";

/** What one look saw of a server while it is checked for leaks: everybody. */
export type Seen = SessionsSeen & {
  /** All prepared transactions, if the look asked for them. */
  readonly prepared: readonly Episode[];
  /** Sessions whose details the server hides from our role, and those past the bound of a look. */
  readonly hiddenSessions: number;
  readonly sessionsCut: number;
};
