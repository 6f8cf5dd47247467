import { expect, test } from "vitest";

import { isVariableRead, problemOf } from "./program.ts";

test.for([
  ["serve"],
  ["serve", "--config.file=a.yml", "--enforce", "--no-web.api"],
  ["check-config", "a.yml"],
  ["pause", "--reason=a b", "--for=1h", "--config.file=a.yml"],
  ["explain", "17", "--server=a"],
  ["setup-sql", "--enforce"],
  ["--version"],
])("%j are words that pgleash takes", async (words) => {
  expect(await problemOf(words)).toBeUndefined();
});

test.for([
  [["serve", "--config-file=a.yml"], "--config-file"],
  [["serve", "--enforce", "--dry-run"], "--dry-run"],
  [["server"], "server"],
  [["--verbose"], "--verbose"],
] as const)("%j are not", async ([words, named]) => {
  expect(await problemOf(words)).toContain(named);
});

test("the program reads some variables, and no others", () => {
  expect(
    ["PGPASSWORD", "DATABASE_URL", "PGHOST", "PGPASSFILE", "DATA_SOURCE_NAME"].filter(
      (name) => !isVariableRead(name),
    ),
  ).toEqual([]);
  expect(["PGLEASH_CONFIG", "PGTZ", "PGSYSCONFDIR"].filter(isVariableRead)).toEqual([]);
});
