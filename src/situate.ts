import { clockJump } from "./classify/clock-jump.ts";
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
    isOutOfTurn: reading.isOutOfTurn,
    clockJumpSeconds: clockJumpOf(reading, before) ?? 0,
    ownRole: reading.ownRole,
    permits,
  };
}

/** Ages prove something only if an earlier look vouches for this one, and the server's clock did not jump in between. */
function isTrusted(reading: Reading, before: Memory): boolean {
  return keptSight(reading.look.snapshot, before, reading.gapSeconds) && clockJumpOf(reading, before) === 0;
}

/** How far the server's clock has jumped since the look before, in seconds; `null` where nobody can know. Pure. */
export function clockJumpOf({ look, sinceLastLookSeconds }: Reading, { lastLook }: Memory): number | null {
  const lastTakenAtSeconds = lastLook?.takenAtSeconds ?? null;
  return clockJump({
    lastTakenAtSeconds,
    takenAtSeconds: look.snapshot.takenAtSeconds,
    sinceLastLookSeconds,
  });
}
