import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

import type { Lifetime } from "../lifetime.ts";
import { lineThrough } from "../measure/statistics.ts";
import type { BenchServer } from "../world/server.ts";
import type { BackToBackAnswer, BackToBackOrder } from "./back-to-back-process.ts";

/** By the straight line through readings: how much it rises from the first to the last, and the standard error of that. In bytes. */
export type Growth = { readonly bytes: number; readonly error: number };

/** What becomes of memory over the last four fifths of many looks. */
export type BackToBack = {
  readonly looks: number;
  readonly resident: Growth;
  /** After a full collection each time. */
  readonly heap: Growth;
  /** Own CPU of one look, in microseconds, without a page. */
  readonly cpuOfLook: number;
};

const READINGS = 40;
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
  const [resident, heap] = [growthOf(answer.resident), growthOf(answer.heap)];
  return { looks, resident, heap, cpuOfLook: answer.cpuOfLook };
}

function growthOf(readings: readonly number[]): Growth {
  const { slope, slopeError } = lineThrough(readings);
  const steps = readings.length - 1;
  return { bytes: slope * steps, error: slopeError * steps };
}

function isAnswer(message: unknown): message is BackToBackAnswer {
  return typeof message === "object" && message !== null && "heap" in message;
}
