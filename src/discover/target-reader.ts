import { once } from "node:events";
import { Worker } from "node:worker_threads";

import { parseTargetGroups, type TargetsResult, type TargetSource } from "../config/target-groups.ts";

/** `isOfFile`: all was done for this file, and another reading may fail at it, too. The words repeat nothing of it. */
export type ReaderFailure = { readonly failure: string; readonly isOfFile: boolean };

/** Tells what stands in one servers file after another. Never rejects. */
export type TargetReader = {
  read(source: TargetSource): Promise<TargetsResult | ReaderFailure>;
  /** Ends the thread. The next file starts it anew. */
  stop(): Promise<void>;
};

/** The largest file takes half of it. What is short-lived has its own part, which is larger unless told. */
const memory = { maxOldGenerationSizeMb: 96, maxYoungGenerationSizeMb: 16 };

/** The largest file takes a second or two. */
const FILE_SECONDS = 10;

/** From when a reader is made: others wait for what all of its files say. */
const ALL_SECONDS = 20;

type Patience = { readonly fileSeconds?: number; readonly allSeconds?: number };

/**
 * A thread that reads servers files, which others write: whatever one of them does to it, memory and endless work included, is
 * that file's fault alone.
 */
export function createTargetReader(script: URL, patience: Patience = {}): TargetReader {
  const { fileSeconds = FILE_SECONDS, allSeconds = ALL_SECONDS } = patience;
  const lastMs = performance.now() + allSeconds * 1000;
  let worker: Worker | undefined;

  function start(): Worker {
    const started = new Worker(script, { resourceLimits: memory });
    started.unref();
    const forget = (): void => void (worker = worker === started ? undefined : worker);
    started.on("error", forget).once("exit", forget);
    return started;
  }

  async function ask(
    asked: Worker,
    source: TargetSource,
    withinMs: number,
  ): Promise<TargetsResult | ReaderFailure> {
    const gaveUp = new AbortController();
    const { signal } = gaveUp;
    let failed = failure(source, "the thread that reads it ended", true);
    const timer = setTimeout(() => {
      failed = tooLate(source, withinMs === fileSeconds * 1000);
      void asked.terminate();
    }, withinMs);
    try {
      // An error of the thread rejects it.
      const ended = once(asked, "exit", { signal }).then(
        () => failed,
        () => failed,
      );
      const answered = new Promise<TargetsResult>((resolve) => {
        asked.once("message", (result: TargetsResult) => resolve(result));
      });
      asked.postMessage(source, []);
      return await Promise.race([answered, ended]);
    } finally {
      clearTimeout(timer);
      gaveUp.abort();
    }
  }

  return {
    async read(source) {
      const withinMs = Math.min(fileSeconds * 1000, lastMs - performance.now());
      if (withinMs <= 0) return tooLate(source, false);
      try {
        worker ??= start();
      } catch {
        return failure(source, "no thread could be started to read it", false);
      }
      return ask(worker, source, withinMs);
    },
    async stop() {
      await worker?.terminate();
    },
  };
}

/** Reads in this thread, for whoever has nothing else to do. */
export const readHere: TargetReader = {
  async read(source) {
    try {
      return parseTargetGroups(source);
    } catch {
      // What is thrown may repeat a target.
      return failure(source, "it could not be read", true);
    }
  },
  stop: () => Promise.resolve(),
};

function tooLate(source: TargetSource, isOfFile: boolean): ReaderFailure {
  return failure(source, "it could not be read in time", isOfFile);
}

function failure({ name }: TargetSource, why: string, isOfFile: boolean): ReaderFailure {
  return { failure: `${name}: ${why}`, isOfFile };
}
