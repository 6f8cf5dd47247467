import type { Pause } from "../decide/situation.ts";
import type { Audit } from "./audit.ts";
import type { PauseWatch } from "./pause-file.ts";

/**
 * The same pause watch, which puts on record when a pause begins, changes and ends. All servers read it, and each change
 * is one record. `audit` is asked for each time, because a reload may name another file; `null` while there is none.
 */
export function recordedPauses(watch: PauseWatch, audit: () => Audit | null): PauseWatch {
  let last: Pause | null = null;
  return {
    async read(nowSeconds) {
      const pause = await watch.read(nowSeconds);
      const before = last;
      // Before anything that waits, or another server that reads it meanwhile would put the same on record.
      last = pause;
      if (!isSame(before, pause))
        await audit()?.record(pause === null ? { type: "resumed" } : { type: "paused", ...fieldsOf(pause) });
      return pause;
    },
  };
}

function fieldsOf({ reason, untilSeconds, by }: Pause): {
  readonly reason: string;
  readonly until: string | null;
  readonly by: string | null;
} {
  return { reason, until: untilSeconds === null ? null : new Date(untilSeconds * 1000).toISOString(), by };
}

function isSame(one: Pause | null, other: Pause | null): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
