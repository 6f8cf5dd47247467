import { setTimeout } from "node:timers/promises";
import { expect } from "vitest";

import { builtInLimits } from "../../src/web/connections/limits.ts";
import type { Asked, AskOptions, AttackedProgram } from "./attacked-program.ts";
import { memoryOf, openFilesOf } from "./process-use.ts";
import { waitFor } from "./wait-for.ts";

/** How long an attack goes on, unless it has an end of its own. */
const ATTACK_SECONDS = 6;
/** A look is due each second: beyond this, one was left out. */
const LATEST_LOOK_SECONDS = 0.9;
/** What the manifest for Kubernetes gives it. */
const MOST_MEMORY_MB = 256;
const MOST_GROWTH_MB = 128;
/** What a process has open beside its clients. */
const OTHER_FILES = 50;

/** What a program did while it was attacked. */
export type Endured<Told> = {
  /** What the attack itself found out. */
  readonly told: Told;
  readonly lookCount: number;
  /** How much later than a second after the one before the latest look was, in seconds. */
  readonly latestSeconds: number;
  /** In MB, when the attack began, and at most. */
  readonly memory: { readonly before: number; readonly most: number };
  readonly mostFiles: number;
  /** Of somebody who asks for the metrics all the while, and once more afterwards. */
  readonly scrapes: readonly Asked[];
  readonly afterwards: Asked;
};

export type Ordeal<Told> = {
  readonly name: string;
  /** Attacks until the signal is aborted, or as long as it takes. */
  readonly attack: (over: AbortSignal) => Promise<Told>;
  /** What it found out, in words. */
  readonly words: (told: Told) => string;
};

/** Attacks while somebody scrapes, and prints the figures as a row of `docs/attacks.md`. */
export async function endure<Told>(
  attacked: AttackedProgram,
  { name, attack, words }: Ordeal<Told>,
  options: AskOptions = {},
): Promise<Endured<Told>> {
  const { program, looks, ask } = attacked;
  const calmLooks = (await looks()).length;
  const before = await memoryOf(program.pid);
  const scrapes: Asked[] = [];
  let [most, mostFiles] = [before, 0];
  const end = new AbortController();
  const attacking = attack(AbortSignal.timeout(ATTACK_SECONDS * 1000)).finally(() => end.abort());
  const scraping = async (): Promise<void> => {
    while (!end.signal.aborted) {
      scrapes.push(await ask("/metrics", options));
      most = Math.max(most, await memoryOf(program.pid));
      mostFiles = Math.max(mostFiles, await openFilesOf(program.pid));
      await setTimeout(50);
    }
  };
  const [told] = await Promise.all([attacking, scraping()]);
  const afterwards = await ask("/metrics", options);
  const duringLooks = (await looks()).length;
  await waitFor("another look", async () => (await looks()).length > duringLooks);
  const times = (await looks()).slice(calmLooks - 1);
  const gaps = times.slice(1).map((at, index) => at - (times[index] ?? at));
  const endured = {
    told,
    lookCount: gaps.length,
    latestSeconds: Math.max(...gaps) - 1,
    memory: { before, most },
    mostFiles,
    scrapes,
    afterwards,
  };
  process.stdout.write(`${rowOf(name, words(told), endured)}\n`);
  return endured;
}

function rowOf(name: string, words: string, endured: Endured<unknown>): string {
  const { lookCount, latestSeconds, memory, mostFiles, scrapes } = endured;
  const good = scrapes.filter(({ status }) => status === 200);
  const slowest = Math.max(...good.map(({ seconds }) => seconds));
  const cells = [
    name,
    words,
    `${lookCount}`,
    `${(1000 * latestSeconds).toFixed(0)} ms`,
    `${memory.before.toFixed(0)} → ${memory.most.toFixed(0)} MB`,
    `${mostFiles}`,
    `${good.length} of ${scrapes.length}`,
    `${(1000 * slowest).toFixed(0)} ms`,
  ];
  return `| ${cells.join(" | ")} |`;
}

/** Looks keep their schedule, memory and files their bounds, and whoever scrapes is answered, during and afterwards. */
export function expectCalm(endured: Endured<unknown>): void {
  const { lookCount, latestSeconds, memory, mostFiles, scrapes, afterwards } = endured;
  expect(lookCount).toBeGreaterThanOrEqual(4);
  expect(latestSeconds).toBeLessThan(LATEST_LOOK_SECONDS);
  expect(memory.most).toBeLessThan(MOST_MEMORY_MB);
  expect(memory.most - memory.before).toBeLessThan(MOST_GROWTH_MB);
  expect(mostFiles).toBeLessThan(builtInLimits.mostConnections + OTHER_FILES);
  const good = scrapes.filter(({ status }) => status === 200);
  expect(good.length).toBeGreaterThan(5);
  expect(scrapes.length - good.length).toBeLessThanOrEqual(1 + scrapes.length / 10);
  expect(afterwards.status).toBe(200);
}
