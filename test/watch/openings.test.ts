import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { createOpenings, PLACES, type Opening, type Place } from "../../src/watch/openings.ts";

const never = new AbortController().signal;

beforeEach(() => void vi.useFakeTimers({ toFake: ["performance"] }));
afterEach(() => void vi.useRealTimers());

/** Takes all places of the gate that new servers come to. */
async function crowd(openings: ReturnType<typeof createOpenings>): Promise<readonly Place[]> {
  const places = await Promise.all(Array.from({ length: PLACES }, () => openings.forServer().enter(never)));
  return places.filter((place) => place !== null);
}

/** Opens a connection that takes so long. */
async function takeSeconds(opening: Opening, seconds: number): Promise<number | undefined> {
  const place = await opening.enter(never);
  vi.advanceTimersByTime(seconds * 1000);
  place?.leave();
  return place?.mostSeconds;
}

/** Whether it is let in without waiting. */
async function isLetIn(opening: Opening): Promise<boolean> {
  const stopping = new AbortController();
  const entered = opening.enter(stopping.signal);
  await Promise.resolve();
  stopping.abort();
  const place = await entered;
  place?.leave();
  return place !== null;
}

test("where there are no more servers than places, an attempt may take as long as its look", async () => {
  const opening = createOpenings(() => PLACES).forServer();
  expect(await takeSeconds(opening, 5)).toBe(Infinity);
  expect(await takeSeconds(opening, 5)).toBe(Infinity);
});

test("where servers must wait for each other nobody stays for long: 2 s, and 10 s after it took longer", async () => {
  const opening = createOpenings(() => PLACES + 1).forServer();
  expect(await takeSeconds(opening, 2)).toBe(2);
  expect(await takeSeconds(opening, 0.1)).toBe(10);
  expect(await takeSeconds(opening, 0.1)).toBe(2);
});

test("whoever took long waits for others like it, and keeps nobody else waiting", async () => {
  const openings = createOpenings(() => 300);
  const dead = Array.from({ length: PLACES + 1 }, () => openings.forServer());
  for (const opening of dead) await takeSeconds(opening, 2);
  const held = await Promise.all(dead.slice(0, PLACES).map((opening) => opening.enter(never)));
  expect(held).not.toContain(null);
  expect(await isLetIn(dead[PLACES] ?? openings.forServer())).toBe(false);
  expect(await isLetIn(openings.forServer())).toBe(true);
});

test("new servers wait for a place among those that are quick, as does one that is refused at once", async () => {
  const openings = createOpenings(() => 300);
  const refused = openings.forServer();
  await takeSeconds(refused, 0.01);
  const places = await crowd(openings);
  expect(await isLetIn(openings.forServer())).toBe(false);
  expect(await isLetIn(refused)).toBe(false);
  places[0]?.leave();
  expect(await isLetIn(refused)).toBe(true);
});
