import { expect, test } from "vitest";

import { phaseOf, quickPhaseOf } from "../../src/watch/phase.ts";

test.for([
  { what: "a row of hosts", name: (index: number) => `db${index}.example:5432` },
  { what: "addresses", name: (index: number) => `10.0.${index >> 8}.${index & 255}:5432` },
  { what: "ports of one host", name: (index: number) => `127.0.0.1:${5432 + index}` },
])("the looks at $what are spread evenly over the interval", ({ name }) => {
  const tenths = Array.from({ length: 10 }, () => 0);
  for (let index = 0; index < 300; index += 1) {
    const phase = phaseOf(name(index));
    expect(phase).toBeGreaterThanOrEqual(0);
    expect(phase).toBeLessThan(1);
    const tenth = Math.floor(phase * 10);
    tenths[tenth] = (tenths[tenth] ?? 0) + 1;
  }
  // Of 300 thrown at random, a tenth gets 30, and with four standard deviations no more than these.
  expect(Math.min(...tenths)).toBeGreaterThan(9);
  expect(Math.max(...tenths)).toBeLessThan(51);
});

test("the phase of a name is the same in every process", () => {
  expect(phaseOf("main")).toBeCloseTo(0.85047, 6);
  expect(phaseOf("größe")).toBeCloseTo(0.803249, 6);
});

test("quick looks of all servers lie half of their interval away from the looks, and are spread over it", () => {
  const names = Array.from({ length: 300 }, (_, index) => `db${index}:5432`);
  const quarters = [0, 0, 0, 0];
  for (const name of names) {
    const phase = quickPhaseOf({ name, schedule: { everySeconds: 15 } }, 3);
    const away = Math.abs(((15 * phaseOf(name)) / 3 - phase) % 1);
    expect(away).toBeCloseTo(0.5, 6);
    quarters[Math.floor(4 * phase)] = (quarters[Math.floor(4 * phase)] ?? 0) + 1;
  }
  for (const servers of quarters) expect(servers).toBeGreaterThan(45);
});

test("where a pattern plans the looks, quick looks are spread as well", () => {
  const phase = quickPhaseOf({ name: "db1", schedule: { cron: "0 * * * * *" } }, 3);
  expect(phase).toBe(phaseOf("db1"));
});
