import type { Evidence, Gathered } from "../observe/evidence.ts";
import type { Snapshot } from "../observe/snapshot.ts";

/** One look: what it read, and what came of asking for evidence beside it; `null` where nobody asked. */
export type Look = { readonly snapshot: Snapshot; readonly gathered: Gathered | null };

/** The evidence that was taken at this very look, if any was. */
export function freshEvidence({ gathered }: Look): Evidence | null {
  return gathered?.evidence ?? null;
}
