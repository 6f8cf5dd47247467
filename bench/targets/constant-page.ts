import { fileURLToPath } from "node:url";

import type { Lifetime } from "../lifetime.ts";
import { createScraper, type Scraper } from "../measure/scrape.ts";
import { waitUntil } from "../measure/wait-until.ts";
import { startChild } from "../world/child-process.ts";
import { freePort } from "../world/free-port.ts";

/** A process that serves the same bytes for ever. */
export type ConstantPage = { readonly pid: number; readonly scraper: Scraper };

/** Starts it, with a page of so many bytes. */
export async function startConstantPage(lifetime: Lifetime, bytes: number): Promise<ConstantPage> {
  const port = await freePort();
  const script = fileURLToPath(new URL("./constant-page-process.js", import.meta.url));
  const child = await startChild(lifetime, process.execPath, [script, String(port), String(bytes)]);
  const scraper = createScraper(port);
  lifetime.owns(() => scraper.close());
  await waitUntil(
    "the constant page",
    () => {
      child.check();
      return scraper.scrape().catch(() => undefined);
    },
    { seconds: 10 },
  );
  return { pid: child.pid, scraper };
}
