import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

import type { Lifetime } from "../lifetime.ts";
import { lineThrough } from "../measure/statistics.ts";
import type { BenchServer } from "../world/server.ts";
import type { BackToBackAnswer, BackToBackOrder } from "./back-to-back-process.ts";

/** What becomes of memory over many looks. In bytes. */
export type BackToBack = {
  readonly looks: number;
  /** By the straight line through the readings of the last four fifths: how much it rises over these. */
  readonly residentGrowth: number;
  /** How far the readings lie from that line (standard deviation). */
  readonly residentNoise: number;
  /** Between a fifth and the end, both after a full collection. */
  readonly heapGrowth: number;
  /** Own CPU of one look, in microseconds, without a page. */
  readonly cpuOfLook: number;
};

const READINGS = 100;
const PATIENCE_MS = 300_000;

/** Takes so many looks, in a process of its own. */
export async function measureBackToBack(
  lifetime: Lifetime,
  { socketFolder, port }: BenchServer,
  looks: number,
): Promise<BackToBack> {
  const script = fileURLToPath(new URL("./back-to-back-process.js", import.meta.url));
  const child = fork(script, { execArgv: ["--expose-gc"] });
  const exited = once(child, "exit");
  lifetime.owns(async () => {
    if (child.connected) child.disconnect();
    await exited;
  });
  const order: BackToBackOrder = { socketFolder, port, looks, readings: READINGS };
  child.send(order);
  const answered = once(child, "message", { signal: AbortSignal.timeout(PATIENCE_MS) });
  const [answer] = await Promise.race([answered, exited.then(() => [undefined])]);
  if (!isAnswer(answer)) throw new Error("the looks back to back have failed");
  const later = answer.resident.slice(Math.floor(answer.resident.length / 5));
  const { slope, residual } = lineThrough(later);
  return {
    looks,
    residentGrowth: slope * (later.length - 1),
    residentNoise: residual,
    heapGrowth: answer.heapAtEnd - answer.heapAfterFifth,
    cpuOfLook: answer.cpuOfLook,
  };
}

function isAnswer(message: unknown): message is BackToBackAnswer {
  return typeof message === "object" && message !== null && "heapAtEnd" in message;
}
