import type { Sight } from "../observe/snapshot.ts";
import type { BackendKind } from "./kind.ts";
import type { Sighting } from "./sighting.ts";
import type { Threshold } from "./thresholds.ts";

/** One kind of leak of a backend. Pure: the same sighting gives the same answer. */
export type Detector = {
  readonly kind: BackendKind;
  /** What a look must have read to find it. */
  readonly sight: Sight;
  /** Names the very period that is too long, or `null` outside one. An episode lives exactly as long as its period. */
  period(sighting: Sighting): string | null;
  /** How long this has looked like a leak, by the server's clock; `null` when it does not, or when nobody can know. */
  ageSeconds(sighting: Sighting, threshold: Threshold): number | null;
};
