import type { Evidence } from "../../observe/evidence.ts";
import type { Snapshot } from "../../observe/snapshot.ts";

/**
 * The evidence with the ages that its prepared transactions have at this look, be it of an earlier one: only then can
 * they be compared with those of the sessions. Slots keep the ages that were read: the horizon of a slot in use moves on
 * with its reader, and whoever counted its age on would blame a healthy one.
 */
export function evidenceAt(
  { takenAtSeconds, nextXid }: Pick<Snapshot, "takenAtSeconds" | "nextXid">,
  evidence: Evidence,
): Evidence {
  const seconds = takenAtSeconds - evidence.takenAtSeconds;
  // What began between the look and the evidence beside it has no age yet.
  const aged = (age: number): number => Math.max(0, age + nextXid - evidence.nextXid);
  return {
    ...evidence,
    preparedTransactions: evidence.preparedTransactions.map((prepared) => ({
      ...prepared,
      preparedSeconds: Math.max(0, prepared.preparedSeconds + seconds),
      xidAge: aged(prepared.xidAge),
    })),
  };
}
