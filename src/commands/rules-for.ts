import type { Config } from "../config/config.ts";
import { builtInFloors } from "../decide/policy.ts";
import type { HistoryRules } from "../record/recorded-history.ts";
import type { ReplayRules } from "../record/replay.ts";

/**
 * What holds for recorded looks at a server of this name: as the one of its name in the configuration, or as its only one.
 * `null` where there are several others.
 */
export function rulesFor(config: Config, name: string): (ReplayRules & HistoryRules) | null {
  const { servers, serversFile, policy, commentLabels: commentKeys } = config;
  const [only, ...others] = servers;
  const named = servers.find((one) => one.name === name);
  // Servers files come and go; what holds for all that they name is in the configuration.
  const server = named ?? serversFile?.template.common ?? (others.length === 0 ? only : undefined);
  if (server === undefined) return null;
  const { thresholds, pools } = server;
  return { thresholds, pools, commentKeys, policy, floors: builtInFloors };
}
