import type { ConfiguredPool } from "./config.ts";
import { matchAll } from "./matcher.ts";
import type { FileConfig } from "./schema.ts";

type FilePools = FileConfig["pools"];

/** The pools of one server: those of the nearer places come first. */
export function fillPools(places: readonly FilePools[]): readonly ConfiguredPool[] {
  return places
    .flatMap((pools) => pools ?? [])
    .map(({ name, match, size, max_overflow: maxOverflow, per }) => {
      return { name, match: match.map(({ text }) => text), matches: matchAll(match), size, maxOverflow, per };
    });
}
