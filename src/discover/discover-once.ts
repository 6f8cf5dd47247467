import type { Config } from "../config/config.ts";
import { foundServers } from "./found-servers.ts";
import { afterReading } from "./known-files.ts";
import type { ReadFailure } from "./find-files.ts";
import { readFiles, type FileRead } from "./read-files.ts";
import { readHere } from "./target-reader.ts";

/** A configuration with the servers that its files name now, and what is wrong with these files: one line each. */
export type DiscoveredOnce = {
  readonly config: Config;
  readonly problems: readonly string[];
  /** Folders of patterns with `*` that are not there: they may come. A file by its own name is more likely misspelt: a problem. */
  readonly missing: readonly string[];
};

/** Reads the servers files once, for whoever looks once. */
export async function discoverOnce(config: Config): Promise<DiscoveredOnce> {
  const { serversFile } = config;
  if (serversFile === null) return { config, problems: [], missing: [] };
  const reads = await readFiles(serversFile.patterns);
  const awaited = reads.flatMap((read) => (isAwaited(read) ? [read.failure] : []));
  const files = await afterReading(
    new Map(),
    reads.filter((read) => !isAwaited(read)),
    readHere,
  );
  const { servers, refused } = await foundServers(config.servers, files, serversFile.serverOf);
  return {
    config: { ...config, servers },
    problems: [...[...files.values()].flatMap((file) => file.problems), ...refused],
    missing: awaited,
  };
}

function isAwaited(read: FileRead): read is FileRead & ReadFailure {
  return "isMissing" in read && read.isMissing && read.pattern.includes("*");
}
