import { writeFile } from "node:fs/promises";
import { expect, test } from "vitest";

import { findFiles, MOST_FILES } from "../../src/discover/find-files.ts";
import { aFolder } from "../support/an-audit.ts";

async function aFolderWith(names: readonly string[]): Promise<string> {
  const folder = await aFolder();
  await Promise.all(names.map((name) => writeFile(`${folder}/${name}`, "[]")));
  return folder;
}

test("a path without * is one file, be it there or not", async () => {
  expect(await findFiles("/nowhere/all.yml")).toEqual({ paths: ["/nowhere/all.yml"] });
});

test.for([
  ["*.yml", ["a.yml", "db-1-x.yml", "db-2.yml"]],
  ["db-*.yml", ["db-1-x.yml", "db-2.yml"]],
  ["db-*-*.yml", ["db-1-x.yml"]],
  ["*x*.yml", ["db-1-x.yml"]],
  ["a*a.yml", []],
  ["*a*a.yml", []],
  ["a.y*.yml", []],
  ["*.json", ["a.json"]],
  ["*.*", ["a.json", "a.yml", "a.yml~", "db-1-x.yml", "db-2.yml"]],
] as const)("%s names all that fit, sorted, and nothing hidden", async ([pattern, names]) => {
  const all = ["db-2.yml", "db-1-x.yml", "a.yml", "a.json", "a.yml~", ".a.yml", "a\u001b.yml"];
  const folder = await aFolderWith(all);
  expect(await findFiles(`${folder}/${pattern}`)).toEqual({
    paths: names.map((name) => `${folder}/${name}`),
  });
});

test("a pattern of many stars does not take for ever", async () => {
  const folder = await aFolderWith([`${"a".repeat(200)}.yml`]);
  const startedMs = performance.now();
  expect(await findFiles(`${folder}/${"*a".repeat(100)}*b.yml`)).toEqual({ paths: [] });
  expect(performance.now() - startedMs).toBeLessThan(1000);
});

test("more files than anybody means are a failure", async () => {
  const names = Array.from({ length: MOST_FILES + 1 }, (_, index) => `${index}.yml`);
  const folder = await aFolderWith(names);
  expect(await findFiles(`${folder}/1*.yml`)).toMatchObject({ paths: { length: 12 } });
  expect(await findFiles(`${folder}/*.yml`)).toEqual({
    failure: `${folder}/*.yml: more than 100 files`,
    isMissing: false,
  });
});

test("a folder that is not there may come", async () => {
  const folder = await aFolder();
  expect(await findFiles(`${folder}/none/*.yml`)).toEqual({
    failure: `${folder}/none/*.yml: there is no such folder`,
    isMissing: true,
  });
  await writeFile(`${folder}/file`, "");
  expect(await findFiles(`${folder}/file/*.yml`)).toMatchObject({ isMissing: false });
});
