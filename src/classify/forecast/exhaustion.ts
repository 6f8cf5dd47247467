import type { Growth } from "./growth.ts";
import type { Interval } from "./interval.ts";
import { eventRate, summed, timeUntil, type Observed } from "./poisson.ts";

/** Connection slots that sessions share: those of the server, or those a database or a role is limited to. */
export type SlotScope = {
  readonly scope: "server" | "database" | "role";
  readonly name: string;
  readonly limit: number;
  readonly used: number;
};

/** When the last free slot goes if the leak goes on, in seconds from the look that saw `used`. */
export type Exhaustion = SlotScope & { readonly inSeconds: Interval };

/** The leaks that are seen in a scope. */
export type ScopeGrowth = {
  /** Of all its sessions together: whatever else comes and goes there may hide it. */
  readonly own: Growth | null;
  /** Of each pool that leaks there. */
  readonly ofPools: readonly Growth[];
};

/**
 * When the leaks take the last free slot of a scope; `null` without a leak.
 *
 * Growth counts a leaked session only after its quiet time, but it holds its slot from the first second. So the free
 * slots are those that are free now, and the delay must not be added.
 */
export function exhaustionOf(scope: SlotScope, growth: ScopeGrowth): Exhaustion | null {
  const leak = leakIn(growth);
  if (leak === null) return null;
  const free = Math.max(0, scope.limit - scope.used);
  return { ...scope, inSeconds: timeUntil(free, leak) };
}

/**
 * Pools that leak make their scope leak, whoever else comes or goes there. Only where the scope as a whole leaks faster
 * beyond doubt than they do, others leak as well, each too little to be told alone, and then the whole counts.
 */
function leakIn({ own, ofPools }: ScopeGrowth): Observed | null {
  const whole = own === null ? null : observed(own);
  if (ofPools.length === 0) return whole;
  const pools = summed(ofPools.map(observed));
  const isFaster = own !== null && own.perSecond.lower > eventRate(pools.events, pools.overSeconds).upper;
  return isFaster ? whole : pools;
}

function observed({ leaks, overSeconds }: Growth): Observed {
  return { events: leaks, overSeconds };
}
