import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { whyUnwritable, writeReport } from "../../src/leak-check/report-file.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "report-"));
  await writeFile(join(folder, "old.json"), "old");
  await mkdir(join(folder, "inner"));
});
afterAll(() => rm(folder, { recursive: true }));

describe("before the command", () => {
  test("a new file and an old one can be written, and nothing is touched", async () => {
    expect(await whyUnwritable(join(folder, "new.json"))).toBeNull();
    expect(await whyUnwritable(join(folder, "old.json"))).toBeNull();
    expect((await readdir(folder)).toSorted()).toEqual(["inner", "old.json"]);
    expect(await readFile(join(folder, "old.json"), "utf8")).toBe("old");
  });

  test("what is no file, like a pipe of the shell, can be written", async () => {
    expect(await whyUnwritable("/dev/null")).toBeNull();
  });

  test.for([
    ["none/x.json", "its folder is not there"],
    ["inner", "it is a folder"],
    ["new/", "it is a folder"],
    ["old.json/x.json", "something in its path is not a folder"],
  ] as const)("%s cannot: %s", async ([path, why]) => {
    expect(await whyUnwritable(`${folder}/${path}`)).toBe(why);
  });

  test("a file, and a folder, that is not ours cannot", async ({ skip }) => {
    if (process.getuid?.() === 0) skip("root may write everywhere");
    await chmod(join(folder, "old.json"), 0o444);
    expect(await whyUnwritable(join(folder, "old.json"))).toBe("it may not be written (EACCES)");
    await chmod(join(folder, "inner"), 0o555);
    expect(await whyUnwritable(join(folder, "inner", "x.json"))).toBe(
      "its folder may not be written (EACCES)",
    );
  });
});

test("a report replaces the one before", async () => {
  const path = join(folder, "replaced.json");
  await writeFile(path, "something longer");
  expect(await writeReport(path, "new")).toBeNull();
  expect(await readFile(path, "utf8")).toBe("new");
});
