import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import type { Lifetime } from "../lifetime.ts";
import { sumOf } from "../measure/page-text.ts";
import { createScraper, type Scraper } from "../measure/scrape.ts";
import { waitUntil } from "../measure/wait-until.ts";
import { repositoryRoot } from "../repository-root.ts";
import { startChild, type Child } from "../world/child-process.ts";
import { freePort } from "../world/free-port.ts";
import { SUSPECT_SECONDS } from "./own-looks.ts";

/** The compiled program, as it is shipped, at work. */
export type Pgleash = Pick<Child, "pid" | "stop"> & { readonly scraper: Scraper };

export type PgleashOptions = {
  readonly place: { readonly socketFolder: string; readonly port: number };
  /** Where its configuration is written. */
  readonly folder: string;
  /** As in the configuration: `1s`. */
  readonly every: string;
  /** How many names the one server is watched under; 1 unless said otherwise. */
  readonly names?: number;
  /** How long a scrape may take, in seconds; as with Prometheus unless said otherwise. */
  readonly scrapePatience?: number | undefined;
};

/** Starts it, and returns when the server has been looked at. */
export async function startPgleash(lifetime: Lifetime, options: PgleashOptions): Promise<Pgleash> {
  const started = await launchPgleash(lifetime, options);
  await waitForData(started, { seconds: 60, everyMs: 50 });
  return started;
}

/** As the image and the systemd unit start it. */
const shippedFlags: readonly string[] = ["--max-semi-space-size=4"];

/** Starts it and does not wait. */
export async function launchPgleash(
  lifetime: Lifetime,
  { place, folder, every, names = 1, scrapePatience }: PgleashOptions,
): Promise<Pgleash & { readonly child: Child }> {
  const port = await freePort();
  const file = join(folder, `pgleash-${port}.yml`);
  const connection = `host=${place.socketFolder} port=${place.port} user=pgleash dbname=postgres`;
  const more = names === 1 ? null : join(folder, `pgleash-${port}.json`);
  if (more !== null) await writeFile(more, JSON.stringify(groupsOf(connection, names)));
  await writeFile(file, configuration(every, connection, more));
  const words = ["serve", `--config.file=${file}`, `--web.listen-address=127.0.0.1:${port}`];
  const main = join(repositoryRoot(), "dist", "main.js");
  const child = await startChild(lifetime, process.execPath, [...shippedFlags, main, ...words]);
  const scraper = createScraper(port, scrapePatience);
  lifetime.owns(() => scraper.close());
  return { pid: child.pid, stop: child.stop, scraper, child };
}

/** Waits for a page on which the server is up. */
export async function waitForData(
  { child, scraper }: { readonly child: Child; readonly scraper: Scraper },
  patience: { readonly seconds: number; readonly everyMs: number },
): Promise<void> {
  const ask = async (): Promise<true | undefined> => {
    child.check();
    const page = await scraper.scrape().catch(() => null);
    return page !== null && sumOf(page.text(), "pgleash_up") === 1 ? true : undefined;
  };
  await waitUntil("the first page of pgleash", ask, patience);
}

/** One server stands in the configuration, many in a file of their own, as they would. */
function configuration(every: string, connection: string, more: string | null): string {
  const thresholds = `{ suspect_after: ${SUSPECT_SECONDS}s, leaked_after: 10m }`;
  const servers =
    more === null
      ? `servers: [{ name: server-0, url: "${connection}" }]`
      : `servers_file: ${more}\nservers_template: { url: "postgres:///postgres" }`;
  return `every: ${every}
detectors:
  idle_in_transaction: ${thresholds}
  idle_in_transaction_aborted: ${thresholds}
${servers}
`;
}

function groupsOf(connection: string, names: number): unknown {
  return Array.from({ length: names }, (_, index) => ({
    targets: [connection],
    labels: { server: `server-${index}` },
  }));
}
