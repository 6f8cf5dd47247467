import type { ClientWaits } from "./client-wait.ts";
import type { Episode } from "./episode.ts";
import type { Excuses } from "./excuse.ts";
import { emptyTally, type Tally } from "./tally.ts";

/** The last look that succeeded: which server answered, and when by its clock. */
export type LastLook = {
  readonly takenAtSeconds: number;
  readonly postmasterStart: string;
  readonly standby: boolean;
};

/** All that is remembered of one server between looks. A value: it goes into `classify` and a new one comes out. */
export type Memory = {
  readonly lastLook: LastLook | null;
  readonly waits: ClientWaits;
  readonly excuses: Excuses;
  /** Open episodes, by `episodeKey`. */
  readonly episodes: ReadonlyMap<string, Episode>;
  readonly tally: Tally;
};

/** What a process knows before its first look. */
export function emptyMemory(): Memory {
  return { lastLook: null, waits: new Map(), excuses: new Map(), episodes: new Map(), tally: emptyTally };
}

/** The pids whose rows the next look must return, whatever they do by then. */
export function followedPids(memory: Memory): readonly number[] {
  return [...new Set([...memory.episodes.values()].map((episode) => episode.backend.id.pid))];
}
