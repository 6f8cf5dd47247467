import type { Config } from "../config/config.ts";
import { discoverOnce } from "../discover/discover-once.ts";
import { load } from "./load.ts";
import type { Runtime } from "./runtime.ts";

/** `isComplete`: the servers files, if there are any, could be read, and a server was made of each target. */
export type LoadedServers =
  | { readonly config: Config; readonly isComplete: boolean }
  | { readonly problems: readonly string[] };

/**
 * As `load`, with the servers that servers files name now, for whoever looks once. What is wrong with these files is said on standard
 * error: it takes nothing from the servers that are known.
 */
export async function loadServers(
  runtime: Pick<Runtime, "variables" | "osUser" | "homeFolder" | "writeError">,
  file: string | undefined,
  url?: string,
): Promise<LoadedServers> {
  const loaded = await load(runtime, file, url);
  if ("problems" in loaded) return loaded;
  const { config, problems, missing } = await discoverOnce(loaded.config);
  const all = [...problems, ...missing];
  if (config.servers.length === 0) return { problems: [...all, "the servers files name no server"] };
  for (const problem of all) runtime.writeError(`${problem}\n`);
  return { config, isComplete: all.length === 0 };
}
