import { expect, test } from "vitest";

import { phaseOf } from "../../src/watch/phase.ts";

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
