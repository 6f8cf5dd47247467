import { spawn } from "node:child_process";
import { once } from "node:events";

import { within, type Lifetime } from "../lifetime.ts";
import { launchPgleash, waitForData } from "../targets/pgleash.ts";
import type { BenchServer } from "../world/server.ts";

/** In milliseconds, a value for each start. */
export type StartUp = {
  /** From the start of the program to the first page that knows the server. */
  readonly firstPageMs: readonly number[];
  /** Of `node -e 0`, from its start to its end. */
  readonly bareNodeMs: readonly number[];
};

const STARTS = 7;

/** Starts both in turns. */
export async function measureStartUp(
  lifetime: Lifetime,
  server: BenchServer,
  folder: string,
): Promise<StartUp> {
  const [firstPageMs, bareNodeMs]: [number[], number[]] = [[], []];
  for (let count = 0; count < STARTS; count += 1) {
    bareNodeMs.push(await timeOf(bareNode));
    await within(lifetime, async (part) => {
      const options = { place: server, folder, every: "1d" };
      firstPageMs.push(
        await timeOf(async () => {
          await waitForData(await launchPgleash(part, options), { seconds: 20, everyMs: 5 });
        }),
      );
    });
  }
  return { firstPageMs, bareNodeMs };
}

async function timeOf(task: () => Promise<void>): Promise<number> {
  const begunMs = performance.now();
  await task();
  return performance.now() - begunMs;
}

async function bareNode(): Promise<void> {
  const child = spawn(process.execPath, ["-e", "0"], { stdio: "ignore" });
  await once(child, "exit");
}
