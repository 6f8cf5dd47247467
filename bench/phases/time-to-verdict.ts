import { setTimeout } from "node:timers/promises";

import { sumOf } from "../measure/page-text.ts";
import type { Scraper } from "../measure/scrape.ts";
import { waitUntil } from "../measure/wait-until.ts";
import { SUSPECT_SECONDS } from "../targets/own-looks.ts";
import type { BenchServer } from "../world/server.ts";
import { openWire } from "../world/wire-client.ts";

const TRANSACTIONS = 5;
/** Not a divisor of the interval between looks: each meets another part of it. */
const APART_SECONDS = 0.37;

/**
 * Forgets some transactions, one after the other, and says of each how many seconds after its threshold had passed the page named
 * it. It shares a core with everything else: the page is asked for every 20 ms.
 */
export async function timesToVerdict(server: BenchServer, scraper: Scraper): Promise<readonly number[]> {
  const times: Promise<number>[] = [];
  for (let index = 0; index < TRANSACTIONS; index += 1) {
    times.push(timeToVerdict(server, scraper, `forgotten-${index}`));
    await setTimeout(1000 * APART_SECONDS);
  }
  return await Promise.all(times);
}

async function timeToVerdict(
  server: BenchServer,
  scraper: Scraper,
  applicationName: string,
): Promise<number> {
  const { socketFolder, port } = server;
  const client = await openWire({
    socketFolder,
    port,
    user: "app_role_0",
    database: "app_0",
    applicationName,
  });
  try {
    await client.query("BEGIN; SELECT 1");
    const forgottenMs = performance.now();
    await setTimeout(1000 * (SUSPECT_SECONDS - 1));
    const named = async (): Promise<true | undefined> => {
      const page = (await scraper.scrape()).text();
      const labels = [`application_name="${applicationName}"`];
      return sumOf(page, "pgleash_suspect_connections", labels) > 0 ? true : undefined;
    };
    await waitUntil(`a verdict about ${applicationName}`, named, { seconds: 20 });
    return (performance.now() - forgottenMs) / 1000 - SUSPECT_SECONDS;
  } finally {
    await client.close();
  }
}
