import { setTimeout } from "node:timers/promises";

import type { Lifetime } from "../lifetime.ts";
import { memoryOf } from "../measure/process-use.ts";
import { waitUntil } from "../measure/wait-until.ts";
import { launchPgleash } from "../targets/pgleash.ts";
import type { BenchServer } from "../world/server.ts";

/** Resident memory in bytes, with one server and with many, at the same moments. */
export type ManyServers = { readonly one: readonly number[]; readonly many: readonly number[] };

/** How many names one real server is watched under, over a connection each. */
export const MANY_SERVERS = 300;

const EVERY_SECONDS = 5;
const LOOKS = 4;
/** The page of so many servers is large. */
const SCRAPE_SECONDS = 60;

/** Scrapes both after each round of looks, and reads their memory after each but the first. */
export async function measureManyServers(
  lifetime: Lifetime,
  server: BenchServer,
  folder: string,
): Promise<ManyServers> {
  const options = { place: server, folder, every: `${EVERY_SECONDS}s`, scrapePatience: SCRAPE_SECONDS };
  const programs = [
    await launchPgleash(lifetime, options),
    await launchPgleash(lifetime, { ...options, names: MANY_SERVERS }),
  ];
  await waitUntil("a connection to each of many servers", () => allConnected(server), { seconds: 120 });
  const seen: { one: number[]; many: number[] } = { one: [], many: [] };
  for (let look = 0; look < LOOKS; look += 1) {
    await setTimeout(1000 * EVERY_SECONDS);
    await Promise.all(programs.map(({ scraper }) => scraper.scrape()));
    const [one, many] = await Promise.all(programs.map(({ pid }) => memoryOf(pid)));
    if (look === 0) continue;
    seen.one.push(one?.resident ?? Number.NaN);
    seen.many.push(many?.resident ?? Number.NaN);
  }
  return seen;
}

/** Not asked for by scraping: to make that page over and over would keep the connections from coming. */
async function allConnected({ admin }: BenchServer): Promise<true | undefined> {
  const [count] = await admin.query("SELECT count(*) FROM pg_stat_activity WHERE usename = 'pgleash'");
  return Number(count) > MANY_SERVERS ? true : undefined;
}
