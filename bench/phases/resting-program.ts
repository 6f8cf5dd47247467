import type { Lifetime } from "../lifetime.ts";
import { seriesOf, sumOf } from "../measure/page-text.ts";
import { paced } from "../measure/paced.ts";
import { cpuOf, memoryOf } from "../measure/process-use.ts";
import type { Scraper } from "../measure/scrape.ts";
import { startConstantPage } from "../targets/constant-page.ts";
import { startPgleash } from "../targets/pgleash.ts";
import { startCountingRelay } from "../world/counting-relay.ts";
import type { BenchServer } from "../world/server.ts";
import type { Repeating } from "./side-by-side.ts";

/** What scrapes cost where nothing is looked at between them. CPU in microseconds for one scrape, a value for each repetition. */
export type RestingProgram = {
  readonly scrapeCpu: readonly number[];
  readonly constantPageCpu: readonly number[];
  /** Statements, and messages to the server of any other kind, while it was scraped. */
  readonly statementsDuringScrapes: number;
  readonly scrapes: number;
  /** Of the page as it is sent, and unpacked. */
  readonly bytesSent: number;
  readonly bytes: number;
  readonly series: number;
  /** That the page counts. */
  readonly sessions: number;
  /** High-water mark of the process that serves a constant page, in bytes. */
  readonly constantPageMemory: number;
};

const PACE_MS = 20;
const FIRST_SCRAPES = 40;

/** Scrapes the program after its first look, and a process that serves as many bytes, in turns. */
export async function measureRestingProgram(
  lifetime: Lifetime,
  server: BenchServer,
  { folder, repetitions, samples }: Repeating & { readonly folder: string },
): Promise<RestingProgram> {
  const relay = await startCountingRelay(lifetime, server);
  const pgleash = await startPgleash(lifetime, { place: relay, folder, every: "1d" });
  const page = await pgleash.scraper.scrape();
  const constant = await startConstantPage(lifetime, page.bytes);
  const both = [pgleash, constant];
  for (const one of both) await paced(FIRST_SCRAPES, PACE_MS, () => one.scraper.scrape());
  const before = relay.counts();
  const [scrapeCpu, constantPageCpu]: [number[], number[]] = [[], []];
  for (let repetition = 0; repetition < repetitions; repetition += 1) {
    scrapeCpu.push(await cpuOfScrape(pgleash, samples));
    constantPageCpu.push(await cpuOfScrape(constant, samples));
  }
  const after = relay.counts();
  return {
    scrapeCpu,
    constantPageCpu,
    statementsDuringScrapes:
      after.executions +
      after.simpleQueries +
      after.parses -
      before.executions -
      before.simpleQueries -
      before.parses,
    scrapes: repetitions * samples,
    bytesSent: page.bytes,
    bytes: Buffer.byteLength(page.text()),
    series: seriesOf(page.text()),
    sessions: sumOf(page.text(), "pgleash_sessions"),
    constantPageMemory: (await memoryOf(constant.pid)).highest,
  };
}

async function cpuOfScrape(
  { pid, scraper }: { readonly pid: number; readonly scraper: Scraper },
  samples: number,
): Promise<number> {
  const before = await cpuOf(pid);
  await paced(samples, PACE_MS, () => scraper.scrape());
  return ((await cpuOf(pid)) - before) / samples;
}
