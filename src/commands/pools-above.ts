import { poolSightings } from "../classify/pools/pool-sighting.ts";
import type { PoolUse } from "../classify/pools/pool.ts";
import { thresholdFor } from "../classify/thresholds.ts";
import type { ServerConfig } from "../config/config.ts";
import { suspectPools } from "../expose/aggregate.ts";
import type { Report } from "../expose/report.ts";

/**
 * The declared pools that are above their size at this look and no suspects yet: how long they have been so a single
 * look cannot know. Where pools are not to be judged none is named here either.
 */
export function poolsAbove(
  report: Report,
  { pools, thresholds }: Pick<ServerConfig, "pools" | "thresholds">,
): readonly PoolUse[] {
  const suspected = new Set(suspectPools(report).map(({ pool }) => pool.key));
  return poolSightings(report.snapshot, pools).flatMap(({ key, use, holder }) => {
    if (use === null || use.excess === 0 || suspected.has(key)) return [];
    const seen = { ...holder, clientAddr: null, state: "unknown", queryId: null } as const;
    return thresholdFor(thresholds, seen, "pool_overgrown").enabled ? [use] : [];
  });
}
