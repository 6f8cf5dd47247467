import type { Evidence } from "../observe/evidence.ts";
import type { Snapshot } from "../observe/snapshot.ts";

/**
 * The evidence with the ages that its transactions and slots have at this look, be it of an earlier one: only then can
 * they be compared with those of the sessions.
 */
export function evidenceAt(
  { takenAtSeconds, nextXid }: Pick<Snapshot, "takenAtSeconds" | "nextXid">,
  evidence: Evidence,
): Evidence {
  const seconds = takenAtSeconds - evidence.takenAtSeconds;
  // What began between the look and the evidence beside it has no age yet.
  const aged = (age: number): number => Math.max(0, age + nextXid - evidence.nextXid);
  const agedIfAny = (age: number | null): number | null => (age === null ? null : aged(age));
  return {
    ...evidence,
    preparedTransactions: evidence.preparedTransactions.map((prepared) => ({
      ...prepared,
      preparedSeconds: Math.max(0, prepared.preparedSeconds + seconds),
      xidAge: aged(prepared.xidAge),
    })),
    slotHorizons: evidence.slotHorizons.map((slot) => ({
      ...slot,
      xminAge: agedIfAny(slot.xminAge),
      catalogXminAge: agedIfAny(slot.catalogXminAge),
    })),
  };
}
