import { advisoryLocks } from "./evidence/advisory-lock.ts";
import { attributionsOf } from "./attribution/remember.ts";
import { blockedSessions, lockWaits } from "./evidence/blocking.ts";
import { clientWaits } from "./client-wait.ts";
import { excuses } from "./excuse.ts";
import { seenExpected, type ExpectedSeen } from "./expected-sessions.ts";
import { findBackends } from "./find-backends.ts";
import type { Finding } from "./finding.ts";
import { freshEvidence, type Look } from "./look.ts";
import type { Memory } from "./memory.ts";
import { sightings, type Sighting } from "./sighting.ts";
import type { ThresholdRules } from "./thresholds.ts";

/** How the sessions of a snapshot are judged. */
type Judging = {
  readonly thresholds: ThresholdRules;
  readonly commentKeys: readonly string[];
  readonly believesRows: boolean;
  readonly gapSeconds: number;
  readonly isUnderPressure: boolean;
};

type Remembered = Pick<Memory, "clientWaits" | "excuses" | "lockWaits" | "advisoryLocks" | "attributions">;

/** The sessions of one look: what is known of each, which of them a detector names, and what to remember. */
export type JudgedBackends = {
  readonly sightings: readonly Sighting[];
  readonly findings: readonly Finding[];
  readonly expected: ExpectedSeen;
  /** Sessions that wait for each pid, directly or behind others. */
  readonly blocked: ReadonlyMap<number, number>;
  readonly remembered: Remembered;
};

/** Judges each session of a look by itself, in the light of what was known of it before. */
export function judgeBackends(
  look: Look,
  before: Memory,
  { thresholds, commentKeys, believesRows, gapSeconds, isUnderPressure }: Judging,
): JudgedBackends {
  const { snapshot } = look;
  const takenAtSeconds = before.lastLook?.takenAtSeconds ?? null;
  const remembered: Remembered = {
    clientWaits: clientWaits(snapshot, { waits: before.clientWaits, takenAtSeconds, believesRows }),
    excuses: excuses(snapshot, before.excuses),
    lockWaits: lockWaits(look, before.lockWaits, gapSeconds),
    advisoryLocks: advisoryLocks(snapshot, freshEvidence(look), before.advisoryLocks),
    attributions: attributionsOf(snapshot.candidates, before.attributions, commentKeys),
  };
  const blocked = blockedSessions(snapshot, remembered.lockWaits);
  const seen = sightings(snapshot, {
    waits: remembered.clientWaits,
    excuses: remembered.excuses,
    blockedSessions: blocked,
    isUnderPressure,
    advisoryLocks: remembered.advisoryLocks,
    clockJumps: before.clockJumps,
  });
  const findings = findBackends(seen, remembered.attributions, thresholds);
  return { sightings: seen, findings, expected: seenExpected(seen, thresholds), blocked, remembered };
}
