/** A process of its own that looks back to back, so that nothing but looks can make its memory grow. Needs `--expose-gc`. */
import { createLifetime } from "../lifetime.ts";
import { createOwnLooks } from "../targets/own-looks.ts";
import { openOwnSession } from "../targets/own-session.ts";

/** What it is told to begin with. */
export type BackToBackOrder = {
  readonly socketFolder: string;
  readonly port: number;
  readonly looks: number;
  /** Memory is read so many times, at even distances. */
  readonly readings: number;
};

/** In bytes, of the last four fifths. The heap is what is left of it when all that nobody needs has been collected. */
export type BackToBackAnswer = {
  readonly resident: readonly number[];
  readonly heap: readonly number[];
  /** CPU of this process for one look of the last four fifths, in microseconds: all code is compiled by then. */
  readonly cpuOfLook: number;
};

async function run(order: BackToBackOrder): Promise<BackToBackAnswer> {
  const lifetime = createLifetime();
  const own = createOwnLooks(await openOwnSession(lifetime, order));
  const resident: number[] = [];
  const heap: number[] = [];
  const fifth = Math.floor(order.looks / 5);
  const every = Math.max(1, Math.floor((order.looks - fifth) / order.readings));
  let cpu = 0;
  for (let look = 1; look <= order.looks; look += 1) {
    const before = process.cpuUsage();
    await own.look();
    if (look <= fifth) continue;
    const { user, system } = process.cpuUsage(before);
    cpu += user + system;
    if ((look - fifth) % every !== 0) continue;
    resident.push(process.memoryUsage.rss());
    heap.push(heapInUse());
  }
  await lifetime.end();
  return { resident, heap, cpuOfLook: cpu / (order.looks - fifth) };
}

function heapInUse(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

process.once("message", (order: BackToBackOrder) => {
  run(order).then(
    (answer) => process.send?.(answer, () => process.exit(0)),
    (error: unknown) => {
      process.stderr.write(`back to back: ${String(error)}\n`);
      process.exit(1);
    },
  );
});
process.once("disconnect", () => process.exit(1));
