import { once } from "node:events";
import { Worker } from "node:worker_threads";

import type { ComparePassword } from "./password-question.ts";

export type PasswordWorker = {
  readonly compare: ComparePassword;
  /** Ends the thread, whatever it is at. */
  stop(): Promise<void>;
};

/** What a hash needs is a few kilobytes. */
const MOST_MEMORY_MB = 32;

/** A thread that hashes passwords. It is started by the first question, and anew by the next one after it died. */
export function createPasswordWorker(script: URL): PasswordWorker {
  let worker: Worker | undefined;

  function start(): Worker {
    const started = new Worker(script, { resourceLimits: { maxOldGenerationSizeMb: MOST_MEMORY_MB } });
    started.unref();
    started.on("error", () => undefined); // whoever asked is told
    started.once("exit", () => (worker = worker === started ? undefined : worker));
    return started;
  }

  return {
    async compare(question) {
      worker ??= start();
      const asked = worker;
      const gaveUp = new AbortController();
      const { signal } = gaveUp;
      const ended = once(asked, "exit", { signal }).then(([code]: unknown[]) => {
        throw new Error(`the password thread ended with ${String(code)}`);
      });
      try {
        const answered = once(asked, "message", { signal });
        asked.postMessage(question, []);
        const [isRight]: unknown[] = await Promise.race([answered, ended]);
        return isRight === true;
      } finally {
        gaveUp.abort();
      }
    },
    async stop() {
      await worker?.terminate();
    },
  };
}
