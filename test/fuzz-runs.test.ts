import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { expect, test } from "vitest";

import { fuzzInputs, tierDivisors } from "./support/fuzz-runs.ts";

const tests = fileURLToPath(new URL(".", import.meta.url));

/** The texts of all tests. */
const texts = readdirSync(tests, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".test.ts") && !name.includes("node_modules"))
  .map((name) => readFileSync(join(tests, name), "utf8"));

test("each reader that is to be fuzzed is, in one place", () => {
  const places = Object.keys(fuzzInputs).map((name) => {
    const uses = texts.flatMap((text) => [...text.matchAll(new RegExp(`fuzzRuns\\("${name}"\\)`, "g"))]);
    return [name, uses.length];
  });
  expect(places).toEqual(Object.keys(fuzzInputs).map((name) => [name, 1]));
});

test("the full tier gives them a million inputs and more", () => {
  const total = Object.values(fuzzInputs).reduce((sum: number, inputs) => sum + inputs, 0);
  for (const [tier, divisor] of Object.entries(tierDivisors))
    process.stdout.write(`fuzz inputs, ${tier}: ${(total / divisor).toLocaleString("en")}\n`);
  expect(total).toBeGreaterThanOrEqual(1_000_000);
});
