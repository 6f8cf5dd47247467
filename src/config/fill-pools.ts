import type { ConfiguredPool } from "../classify/pools/pool.ts";
import { matchAll } from "./matcher.ts";
import type { FileConfig } from "./schema.ts";

type FilePools = FileConfig["pools"];
type FilePool = NonNullable<FilePools>[number];

/** The pools of one server: those of the nearer places come first. */
export function fillPools(places: readonly FilePools[]): readonly ConfiguredPool[] {
  return places
    .flatMap((pools) => pools ?? [])
    .map((pool) => {
      const { name, match, max_overflow: maxOverflow, per } = pool;
      const own = { name, match: match.map(({ text }) => text), matches: matchAll(match) };
      return { ...own, ...sizeOf(pool), maxOverflow, per };
    });
}

function sizeOf(pool: FilePool): Pick<ConfiguredPool, "size" | "formula"> {
  const { size, workers, connections_per_worker: connectionsPerWorker, buffer = 0 } = pool;
  if (workers !== undefined && connectionsPerWorker !== undefined) {
    const formula = { workers, connectionsPerWorker, buffer };
    return { size: workers * connectionsPerWorker + buffer, formula };
  }
  // A pool without a size is a mistake by `pool-rules.ts`: no configuration comes of its file.
  return { size: size ?? 0, formula: null };
}
