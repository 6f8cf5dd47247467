import { expect, test } from "vitest";

import { untilStopped } from "../../src/commands/until-stopped.ts";
import { aProcess } from "../support/a-runtime.ts";

/** Whether a promise is settled once everything that is due has run. */
async function isSettled(promise: Promise<void>): Promise<boolean> {
  const pending = Symbol("pending");
  return (
    (await Promise.race([promise, new Promise((resolve) => setImmediate(resolve, pending))])) !== pending
  );
}

test("nothing stops it but a signal or its time", async () => {
  const { runtime, signal } = aProcess();
  const stopped = untilStopped(runtime);
  signal("SIGHUP");
  expect(await isSettled(stopped)).toBe(false);
});

test.for(["SIGINT", "SIGTERM"] as const)("the first %s stops gently", async (name) => {
  const { runtime, signal, exits } = aProcess();
  const stopped = untilStopped(runtime);
  signal(name);
  expect(await isSettled(stopped)).toBe(true);
  expect(exits).toEqual([]);
});

test.for([
  { first: "SIGINT", second: "SIGINT", code: 130 },
  { first: "SIGTERM", second: "SIGTERM", code: 143 },
  { first: "SIGTERM", second: "SIGINT", code: 130 },
] as const)("$second after $first ends the process at once with $code", async ({ first, second, code }) => {
  const { runtime, signal, exits } = aProcess();
  const stopped = untilStopped(runtime);
  signal(first);
  expect(() => signal(second)).toThrow(`ended with ${code}`);
  expect(exits).toEqual([code]);
  await stopped;
});

test("it stops by itself after its time, and a signal then ends the process", async () => {
  const { runtime, signal, exits } = aProcess();
  await untilStopped(runtime, 0.02);
  expect(() => signal("SIGINT")).toThrow("ended with 130");
  expect(exits).toEqual([130]);
});
