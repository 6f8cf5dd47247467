import { describe, expect, test } from "vitest";

import { createFairQueue, type FairQueue } from "../../src/web/fair-queue.ts";

function aQueue(): FairQueue<string> {
  return createFairQueue({ most: 6, mostOfOne: 4 });
}

function takeAll(queue: FairQueue<string>): readonly string[] {
  const taken: string[] = [];
  for (let item = queue.take(); item !== undefined; item = queue.take()) taken.push(item);
  return taken;
}

function fill(queue: FairQueue<string>, ...items: readonly string[]): readonly (string | undefined)[] {
  return items.map((item) => queue.add(item.slice(0, 1), item));
}

test("owners take turns, and each one's items stay in their order", () => {
  const queue = aQueue();
  fill(queue, "a1", "a2", "a3", "b1", "c1", "c2");
  expect(takeAll(queue)).toEqual(["a1", "b1", "c1", "a2", "c2", "a3"]);
});

test("whoever has had their turn is behind who waits", () => {
  const queue = aQueue();
  fill(queue, "a1", "b1", "b2");
  expect(queue.take()).toBe("a1");
  fill(queue, "a2");
  expect(takeAll(queue)).toEqual(["b1", "a2", "b2"]);
});

describe("when there is no room", () => {
  test("one owner's item beyond their share goes itself", () => {
    const queue = aQueue();
    fill(queue, "a1", "a2", "a3", "a4");
    expect(queue.hasRoomFor("a")).toBe(false);
    expect(fill(queue, "a5")).toEqual(["a5"]);
    expect(queue.hasRoomFor("b")).toBe(true);
  });

  test("the last item of whoever has most makes place for whoever has less", () => {
    const queue = aQueue();
    fill(queue, "a1", "a2", "b1", "b2", "b3", "b4");
    expect(queue.hasRoomFor("c")).toBe(true);
    expect(fill(queue, "c1", "c2")).toEqual(["b4", "b3"]);
    expect(takeAll(queue)).toEqual(["a1", "b1", "c1", "a2", "b2", "c2"]);
  });

  test("nobody makes place for whoever would then have as much", () => {
    const queue = aQueue();
    fill(queue, "a1", "b1", "c1", "d1", "e1", "f1");
    expect(queue.hasRoomFor("g")).toBe(false);
    expect(fill(queue, "g1", "a2")).toEqual(["g1", "a2"]);
  });
});
