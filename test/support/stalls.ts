import { Worker } from "node:worker_threads";

/** How late a thread was woken that wants nothing but to look at its clock: what the machine kept everybody waiting. */
export type Stalls = {
  /** The longest at once since it began. */
  longestSeconds(): Promise<number>;
  /** The most of them added up within so many seconds: a machine that is taken away every few milliseconds is slow, not still. */
  mostWithin(seconds: number): Promise<number>;
  stop(): Promise<void>;
};

// A thread of its own: pgleash runs in the event loop of many tests, and its own stalls must not excuse it.
const watcher = `
const { parentPort } = require("node:worker_threads");
const TURN_MS = 10;
/** Timers are as late on a machine with nothing to do. */
const NOTHING_MS = 5;
const stalls = [];
let lastMs = performance.now();
const look = () => {
  const nowMs = performance.now();
  const lateMs = nowMs - lastMs - TURN_MS;
  if (lateMs > NOTHING_MS) stalls.push({ atMs: nowMs, lateMs });
  lastMs = nowMs;
};
const mostWithin = (windowMs) => {
  let first = 0;
  let sum = 0;
  let most = 0;
  for (const { atMs, lateMs } of stalls) {
    sum += lateMs;
    for (; stalls[first].atMs < atMs - windowMs; first += 1) sum -= stalls[first].lateMs;
    most = Math.max(most, sum);
  }
  return most;
};
setInterval(look, TURN_MS);
parentPort.on("message", (windowMs) => {
  look();
  parentPort.postMessage(mostWithin(windowMs) / 1000);
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
  const mostWithin = async (seconds: number): Promise<number> => {
    const answered = answer();
    worker.postMessage(1000 * seconds, []);
    return Number(await answered);
  };
  return {
    mostWithin,
    longestSeconds: () => mostWithin(0),
    async stop() {
      await worker.terminate();
    },
  };
}
