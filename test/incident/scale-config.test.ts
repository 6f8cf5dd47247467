import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";

import { builtInFloors } from "../../src/decide/policy.ts";
import { anEnvironment, configOf } from "../support/config-text.ts";
import { scaleConfig, scaleFloors } from "./scale-config.ts";

const production = configOf(
  await readFile(new URL("../../config/production.yml", import.meta.url), "utf8"),
  anEnvironment(),
);

/** Every number of a value by the names that lead to it. */
function numbersIn(value: unknown, path = ""): readonly (readonly [string, number])[] {
  if (typeof value === "number") return [[path, value]];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, one]) => numbersIn(one, `${path}/${name}`));
}

/** Networks and machines are no faster. */
function isOfNetwork(path: string): boolean {
  return path.endsWith("/lookTimeoutSeconds") || path.includes("/connection/");
}

test("at its own speed it is the configuration that it was", () => {
  expect(JSON.stringify(scaleConfig(production, 1))).toBe(JSON.stringify(production));
  expect(scaleFloors(1)).toEqual(builtInFloors);
});

test("five times as fast, every number of seconds is a fifth, and more is allowed in a minute and in an hour", () => {
  const scaled = new Map(numbersIn(scaleConfig(production, 5)));
  const before = numbersIn(production);
  expect(before.length).toBeGreaterThan(50);
  for (const [path, value] of before.filter(([name]) => !isOfNetwork(name))) {
    const isRate = path.endsWith("/perMinute") || path.endsWith("/perHour");
    const expected = path.endsWith("Seconds") ? value / 5 : value * (isRate ? 5 : 1);
    expect([path, scaled.get(path)]).toEqual([path, expected]);
  }
  // A look at the first server comes every two seconds, and may take five all the same.
  expect(scaled.get("/servers/0/schedule/everySeconds")).toBe(2);
  expect(scaled.get("/servers/0/lookTimeoutSeconds")).toBe(5);
  expect(scaled.get("/servers/1/lookTimeoutSeconds")).toBe(5);
  expect(scaleFloors(5)).toMatchObject({ idle_in_transaction: 12, never_used: 180 });
});

test("refuses looks that would not be whole seconds apart, and looks at times of day", () => {
  expect(() => scaleConfig(production, 3)).toThrow("no whole seconds");
  const daily = configOf("cron: '0 0 8 * * *'", anEnvironment());
  expect(() => scaleConfig(daily, 1)).toThrow("times of day");
});
