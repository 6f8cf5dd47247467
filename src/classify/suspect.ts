import type { Certainty } from "./detector.ts";
import type { Episode } from "./episode.ts";

/** A backend that a detector named at this look, with what its episode has come to. */
export type Suspect = Episode & { readonly certainty: Certainty };
