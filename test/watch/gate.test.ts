import { expect, test } from "vitest";

import { createGate, type Gate, type Leave } from "../../src/watch/gate.ts";

const never = new AbortController().signal;

/** Who is in by now, in the order in which they were let in, and how to send one away. */
function visitors(gate: Gate): {
  readonly come: (name: string, signal?: AbortSignal) => Promise<Leave | null>;
  readonly inside: readonly string[];
} {
  const inside: string[] = [];
  return {
    inside,
    async come(name, signal = never) {
      const leave = await gate.enter(signal);
      if (leave !== null) inside.push(name);
      return leave;
    },
  };
}

/** Everything that needs no waiting is done then. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
}

test("no more are in than there are places, and whoever came first goes first", async () => {
  const { come, inside } = visitors(createGate(2));
  const leaves = ["a", "b", "c", "d"].map((name) => come(name));
  await settled();
  expect(inside).toEqual(["a", "b"]);
  (await leaves[1])?.();
  await settled();
  expect(inside).toEqual(["a", "b", "c"]);
  (await leaves[0])?.();
  await settled();
  expect(inside).toEqual(["a", "b", "c", "d"]);
});

test("whoever leaves twice gives one place back", async () => {
  const { come, inside } = visitors(createGate(1));
  const leave = await come("a");
  void come("b");
  void come("c");
  leave?.();
  leave?.();
  await settled();
  expect(inside).toEqual(["a", "b"]);
});

test("whoever gives up while waiting takes no place", async () => {
  const { come, inside } = visitors(createGate(1));
  const leave = await come("a");
  const stopping = new AbortController();
  const givenUp = come("b", stopping.signal);
  void come("c");
  stopping.abort();
  expect(await givenUp).toBeNull();
  leave?.();
  await settled();
  expect(inside).toEqual(["a", "c"]);
});

test("whoever gave up before is not let in, and a place that was taken stays taken", async () => {
  const { come, inside } = visitors(createGate(1));
  expect(await come("a", AbortSignal.abort())).toBeNull();
  const stopping = new AbortController();
  await come("b", stopping.signal);
  stopping.abort();
  void come("c");
  await settled();
  expect(inside).toEqual(["b"]);
});
