import type { Episode } from "./episode.ts";

/** What a detector named at this look, with what its episode has come to. */
export type Suspect = Episode;
