import type { Leash } from "./leash.ts";

/** The episodes whose session was ended and seen gone, by `keyOfEpisode`. What a dry run would have done is none. */
export function terminatedEpisodes({ acted }: Leash): ReadonlySet<string> {
  const ended = [...acted].filter(([, { mode, outcome }]) => mode === "enforce" && outcome === "terminated");
  return new Set(ended.map(([key]) => key));
}
