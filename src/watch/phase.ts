import type { ServerConfig } from "../config/config.ts";

/**
 * Where in their own interval the quick looks at a server come: half an interval away from its looks, wherever those are
 * in theirs. Where that of the looks is no multiple of theirs, or a pattern plans the looks, they meet now and then.
 */
export function quickPhaseOf(
  { name, schedule }: Pick<ServerConfig, "name" | "schedule">,
  quickEverySeconds: number,
): number {
  const phase = phaseOf(name);
  if ("cron" in schedule) return phase;
  return ((phase * schedule.everySeconds) / quickEverySeconds + 0.5) % 1;
}

/**
 * Where in its interval a server is looked at, from 0 to below 1: always the same for a name, and spread evenly over many,
 * so that hundreds of servers are not all looked at in the same instant. FNV-1a, then the finalizer of MurmurHash3.
 */
export function phaseOf(name: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(name)) hash = Math.imul(hash ^ byte, 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
