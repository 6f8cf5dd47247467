import type { Growth } from "./growth.ts";
import type { Interval } from "./interval.ts";
import { timeUntil } from "./poisson.ts";

/** Connection slots that sessions share: those of the server, or those a database or a role is limited to. */
export type SlotScope = {
  readonly scope: "server" | "database" | "role";
  readonly name: string;
  readonly limit: number;
  readonly used: number;
};

/** When the last free slot goes if the leak goes on, in seconds from the look that saw `used`. */
export type Exhaustion = SlotScope & { readonly inSeconds: Interval };

/**
 * When a leak takes the last free slot of a scope; `null` without a leak.
 *
 * Growth counts a leaked session only after its quiet time, but it holds its slot from the first second. So the free
 * slots are those that are free now, and the delay must not be added.
 */
export function exhaustionOf(scope: SlotScope, growth: Growth | null): Exhaustion | null {
  if (growth === null) return null;
  const free = Math.max(0, scope.limit - scope.used);
  const inSeconds = timeUntil(free, { events: growth.leaks, overSeconds: growth.overSeconds });
  return { ...scope, inSeconds };
}
