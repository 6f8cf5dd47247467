import { Worker } from "node:worker_threads";

/** How late a thread was woken that wants nothing but to look at its clock: what the machine kept everybody waiting. */
export type Stalls = {
  /** The longest since it began. */
  longestSeconds(): Promise<number>;
  stop(): Promise<void>;
};

// A thread of its own: pgleash runs in the event loop of many tests, and its own stalls must not excuse it.
const watcher = `
const { parentPort } = require("node:worker_threads");
const TURN_MS = 10;
let longestMs = 0;
let lastMs = performance.now();
const look = () => {
  const nowMs = performance.now();
  longestMs = Math.max(longestMs, nowMs - lastMs - TURN_MS);
  lastMs = nowMs;
};
setInterval(look, TURN_MS);
parentPort.on("message", () => {
  look();
  parentPort.postMessage(longestMs / 1000);
});
parentPort.postMessage("watching");
`;

/** Begins to watch. The test must `stop()` it. */
export async function watchStalls(): Promise<Stalls> {
  const worker = new Worker(watcher, { eval: true });
  const answer = (): Promise<unknown> =>
    new Promise((resolve, reject) => {
      worker.once("message", resolve);
      worker.once("error", reject);
    });
  await answer();
  return {
    async longestSeconds() {
      const answered = answer();
      worker.postMessage("how long?", []);
      return Number(await answered);
    },
    async stop() {
      await worker.terminate();
    },
  };
}
