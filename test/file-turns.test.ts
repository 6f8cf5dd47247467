import { EventEmitter, once } from "node:events";
import { expect, test } from "vitest";

import { createFileTurns } from "../src/file-turns.ts";
import { watchStalls } from "./support/stalls.ts";
import { waitFor } from "./support/wait-for.ts";

/** An operation that ends when it is told to. */
function aHangingOperation(): { readonly operation: () => Promise<string>; readonly end: () => void } {
  const telling = new EventEmitter();
  const ended = once(telling, "end").then(() => "ended");
  return { operation: () => ended, end: () => void telling.emit("end") };
}

test("one operation is under way at a time, in the order in which they were asked for", async () => {
  const turns = createFileTurns(10);
  const steps: string[] = [];
  const operation = (name: string) => async (): Promise<string> => {
    steps.push(`${name} begins`);
    await Promise.resolve();
    steps.push(`${name} ends`);
    return name;
  };
  const names = ["a", "b", "c"];
  expect(await Promise.all(names.map((name) => turns.take(operation(name))))).toEqual(names);
  expect(steps).toEqual(names.flatMap((name) => [`${name} begins`, `${name} ends`]));
});

test("an operation that fails says so to whoever asked, and does not stop the next one", async () => {
  const turns = createFileTurns(10);
  await expect(turns.take(() => Promise.reject(new Error("no space")))).rejects.toThrow("no space");
  expect(await turns.take(() => Promise.resolve(1))).toBe(1);
});

test("while one hangs, nothing else is begun: whoever waits is refused in time, whoever comes later at once", async () => {
  const turns = createFileTurns(0.2);
  const { operation, end } = aHangingOperation();
  let isBegun = false;
  const other = (): Promise<void> => {
    isBegun = true;
    return Promise.resolve();
  };
  const startedMs = performance.now();
  const [hanging, waiting] = await Promise.allSettled([turns.take(operation), turns.take(other)]);
  expect(hanging).toMatchObject({ status: "rejected", reason: { message: "no answer within 0.2 s" } });
  expect(waiting).toMatchObject({ status: "rejected", reason: { message: "no answer within 0.2 s" } });
  expect(performance.now() - startedMs).toBeLessThan(5000);
  const stalls = await watchStalls();
  const refusedMs = performance.now();
  await expect(turns.take(other)).rejects.toThrow("no answer");
  const tookMs = performance.now() - refusedMs;
  expect(tookMs).toBeLessThan(100 + 1000 * (await stalls.longestSeconds()));
  await stalls.stop();
  end();
  expect(await waitFor("a turn", () => turns.take(() => Promise.resolve("again")))).toBe("again");
  // Whoever was told that it failed does not find it done afterwards.
  expect(isBegun).toBe(false);
});
