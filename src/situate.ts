import type { Verdict } from "./classify/classify.ts";
import { keptSight, type Memory } from "./classify/memory.ts";
import type { Permits, Situation } from "./decide/situation.ts";
import type { Reading } from "./reading.ts";

/** What a reading was judged to be, in the light of what was remembered before it. */
type Judged = { readonly before: Memory; readonly verdict: Pick<Verdict, "suspects" | "events" | "memory"> };

type Around = { readonly server: string; readonly permits: Permits };

/** The situation that is decided in, live or on record. Pure. */
export function situationOf(
  reading: Reading,
  { before, verdict: { suspects, events, memory } }: Judged,
  { server, permits }: Around,
): Situation {
  const { takenAtSeconds, standby, groups } = reading.look.snapshot;
  return {
    server,
    nowSeconds: takenAtSeconds,
    standby,
    pressure: memory.lastLook?.pressure ?? 0,
    suspects,
    openEpisodes: memory.episodes,
    ended: events.filter((event) => event.type === "ended"),
    groups,
    isTrusted: isTrusted(reading, before),
    ownRole: reading.ownRole,
    permits,
  };
}

/** So far may the clocks of the server and of this machine drift apart between two looks. */
const LARGEST_DRIFT_SECONDS = 5;

/** Ages prove something only if an earlier look vouches for this one, and the server's clock did not jump in between. */
function isTrusted({ look, gapSeconds, sinceLastLookSeconds }: Reading, memory: Memory): boolean {
  const { lastLook } = memory;
  const { snapshot } = look;
  if (lastLook === null || sinceLastLookSeconds === null) return false;
  if (!keptSight(snapshot, memory, gapSeconds)) return false;
  const itsSeconds = snapshot.takenAtSeconds - lastLook.takenAtSeconds;
  return Math.abs(itsSeconds - sinceLastLookSeconds) <= LARGEST_DRIFT_SECONDS;
}
