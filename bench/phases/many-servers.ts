import { setTimeout } from "node:timers/promises";

import type { Lifetime } from "../lifetime.ts";
import { memoryOf } from "../measure/process-use.ts";
import { startPgleash } from "../targets/pgleash.ts";
import type { BenchServer } from "../world/server.ts";

/** Resident memory in bytes, with one server and with many, at the same moments. */
export type ManyServers = { readonly one: readonly number[]; readonly many: readonly number[] };

/** How many names one real server is watched under, over a connection each. */
export const MANY_SERVERS = 300;

const EVERY_SECONDS = 5;
const LOOKS = 4;

/** Reads the memory of both after each round of looks but the first. */
export async function measureManyServers(
  lifetime: Lifetime,
  server: BenchServer,
  folder: string,
): Promise<ManyServers> {
  const options = { place: server, folder, every: `${EVERY_SECONDS}s` };
  const pids = [
    (await startPgleash(lifetime, options)).pid,
    (await startPgleash(lifetime, { ...options, names: MANY_SERVERS })).pid,
  ];
  const seen: { one: number[]; many: number[] } = { one: [], many: [] };
  for (let look = 1; look < LOOKS; look += 1) {
    await setTimeout(1000 * EVERY_SECONDS);
    const [one, many] = await Promise.all(pids.map(memoryOf));
    seen.one.push(one?.resident ?? Number.NaN);
    seen.many.push(many?.resident ?? Number.NaN);
  }
  return seen;
}
