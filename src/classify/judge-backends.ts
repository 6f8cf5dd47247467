import type { Evidence } from "../observe/evidence.ts";
import type { Snapshot } from "../observe/snapshot.ts";
import { attributionsOf } from "./attribution/remember.ts";
import { blockedSessions, lockWaits } from "./blocking.ts";
import { clientWaits } from "./client-wait.ts";
import { excuses } from "./excuse.ts";
import { findBackends } from "./find-backends.ts";
import type { Finding } from "./finding.ts";
import type { Memory } from "./memory.ts";
import { sightings, type Sighting, type Surroundings } from "./sighting.ts";
import type { ThresholdRules } from "./thresholds.ts";

/** How the sessions of a snapshot are judged. */
type Judging = {
  /** The evidence of this look, and the one that holds at it, be it of an earlier one. */
  readonly fresh: Evidence | null;
  readonly evidence: Evidence | null;
  readonly thresholds: ThresholdRules;
  readonly believesRows: boolean;
  readonly isUnderPressure: boolean;
};

type Remembered = Pick<Memory, "clientWaits" | "excuses" | "lockWaits" | "attributions">;

/** The sessions of one look: what is known of each, which of them a detector names, and what to remember. */
export type JudgedBackends = {
  readonly sightings: readonly Sighting[];
  readonly findings: readonly Finding[];
  /** Sessions that wait for each pid, directly or behind others. */
  readonly blocked: ReadonlyMap<number, number>;
  readonly remembered: Remembered;
};

/** Judges each session of the snapshot by itself, in the light of what was known of it before. */
export function judgeBackends(
  snapshot: Snapshot,
  before: Memory,
  { fresh, evidence, thresholds, believesRows, isUnderPressure }: Judging,
): JudgedBackends {
  const takenAtSeconds = before.lastLook?.takenAtSeconds ?? null;
  const remembered: Remembered = {
    clientWaits: clientWaits(snapshot, { waits: before.clientWaits, takenAtSeconds, believesRows }),
    excuses: excuses(snapshot, before.excuses),
    lockWaits: lockWaits(snapshot, fresh, before.lockWaits),
    attributions: attributionsOf(snapshot.candidates, before.attributions),
  };
  const blocked = blockedSessions(snapshot, remembered.lockWaits);
  const seen = sightings(snapshot, {
    waits: remembered.clientWaits,
    excuses: remembered.excuses,
    blockedSessions: blocked,
    isUnderPressure,
    unlocked: unlockedBy(evidence, snapshot),
  });
  const findings = findBackends(seen, remembered.attributions, thresholds);
  return { sightings: seen, findings, blocked, remembered };
}

/** Evidence on a pid holds for an idle period that had begun when it was taken. */
function unlockedBy(evidence: Evidence | null, { takenAtSeconds }: Snapshot): Surroundings["unlocked"] {
  const locked = new Set(evidence?.advisoryLockPids);
  const pids = new Set(evidence?.askedIdlePids.filter((pid) => !locked.has(pid)));
  return { pids, agoSeconds: takenAtSeconds - (evidence?.takenAtSeconds ?? takenAtSeconds) };
}
