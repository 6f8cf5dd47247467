import { execFileSync } from "node:child_process";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";

import {
  afterReading,
  answered,
  forgettingFailures,
  type KnownFiles,
} from "../../src/discover/known-files.ts";
import { digestOf, readFiles } from "../../src/discover/read-files.ts";
import { readHere, type TargetReader } from "../../src/discover/target-reader.ts";
import { aFolder } from "../support/an-audit.ts";

const none: KnownFiles = new Map();

async function read(patterns: readonly string[], before: KnownFiles = none): Promise<KnownFiles> {
  return afterReading(before, await readFiles(patterns), readHere);
}

function told(files: KnownFiles): {
  readonly targets: readonly string[];
  readonly problems: readonly string[];
} {
  const all = [...files.values()];
  return {
    targets: all.flatMap(({ targets }) => targets.map(({ text }) => text)),
    problems: all.flatMap(({ problems }) => problems),
  };
}

function naming(...targets: readonly string[]): string {
  return JSON.stringify([{ targets }]);
}

describe("what is known after reading", () => {
  test("is what the files say, in the order in which they are named, each once", async () => {
    const folder = await aFolder();
    await writeFile(`${folder}/b.json`, naming("db2", "db1"));
    await writeFile(`${folder}/a.yml`, "- targets: [db3]");
    const patterns = [`${folder}/b.json`, `${folder}/*.yml`, `${folder}/*.json`];
    expect(told(await read(patterns))).toEqual({ targets: ["db2", "db1", "db3"], problems: [] });
  });

  test.for([
    ["broken", (path: string) => writeFile(path, "["), "expected YAML"],
    ["empty, as when it is being written", (path: string) => writeFile(path, ""), "got nothing"],
    ["other bytes", (path: string) => writeFile(path, Buffer.from([0xff])), "other bytes than UTF-8 text"],
    ["too large", (path: string) => writeFile(path, " ".repeat(1024 * 1024 + 1)), "more than 1048576 bytes"],
    ["gone", (path: string) => rm(path), "there is no such file"],
    [
      "a folder",
      async (path: string) => {
        await rm(path);
        await mkdir(path);
      },
      "it is not a plain file",
    ],
    [
      "a pipe",
      async (path: string) => {
        await rm(path);
        execFileSync("mkfifo", [path]);
      },
      "it is not a plain file",
    ],
  ] as const)("is what a file said before it was %s", async ([, spoil, why]) => {
    const path = `${await aFolder()}/all.yml`;
    await writeFile(path, naming("db1"));
    const before = await read([path]);
    await spoil(path);
    const after = await read([path], before);
    expect(told(after)).toEqual({ targets: ["db1"], problems: [expect.stringContaining(why)] });
    expect(told(after).problems[0]?.startsWith(path)).toBe(true);
    expect(told(await read([path], after)).targets).toEqual(["db1"]);

    await rm(path, { recursive: true, force: true });
    await writeFile(path, naming("db1", "db2"));
    expect(told(await read([path], after))).toEqual({ targets: ["db1", "db2"], problems: [] });
  });

  test("of a pattern is that a file is gone when it is", async () => {
    const folder = await aFolder();
    await writeFile(`${folder}/a.json`, naming("db1"));
    await writeFile(`${folder}/b.json`, naming("db2"));
    const before = await read([`${folder}/*.json`]);
    await rm(`${folder}/a.json`);
    expect(told(await read([`${folder}/*.json`], before))).toEqual({ targets: ["db2"], problems: [] });
  });

  test("of a pattern whose folder cannot be read is what its files said before", async () => {
    const folder = await aFolder();
    const pattern = `${folder}/all/*.json`;
    await mkdir(`${folder}/all`);
    await writeFile(`${folder}/all/a.json`, naming("db1"));
    const before = await read([pattern]);
    await rm(`${folder}/all`, { recursive: true });
    const after = await read([pattern], before);
    const problems = [`${pattern}: there is no such folder`];
    expect(told(after)).toEqual({ targets: ["db1"], problems });
    expect(told(await read([pattern], after))).toEqual({ targets: ["db1"], problems });
    await mkdir(`${folder}/all`);
    expect(told(await read([pattern], after))).toEqual({ targets: [], problems: [] });
  });

  test("of a path that is named no more is nothing", async () => {
    const folder = await aFolder();
    await writeFile(`${folder}/a.json`, naming("db1"));
    const before = await read([`${folder}/a.json`]);
    expect([...(await read([], before))]).toEqual([]);
  });
});

describe("a file that the reader fails at", () => {
  const path = "/a.yml";
  const reads = ["/a.yml", "/b.yml"].map((name) => {
    return { pattern: name, path: name, text: "- targets: [db1]", digest: "1" };
  });

  /** A reader that fails at one file, and puts down what it is asked. */
  function failing(isOfFile: boolean, asked: string[]): Pick<TargetReader, "read"> {
    return {
      read(source) {
        asked.push(source.name);
        return source.name === path
          ? Promise.resolve({ failure: `${path}: in vain`, isOfFile })
          : readHere.read(source);
      },
    };
  }

  test.for([
    [true, "failed"],
    [false, "not all"],
  ] as const)("keeps what it said, and is known to lack an answer: its fault %s", async ([isOfFile, how]) => {
    const before = await afterReading(none, reads, readHere);
    const changed = reads.map((one) => ({ ...one, digest: "2" }));
    const after = await afterReading(before, changed, failing(isOfFile, []));
    expect(told(after)).toEqual({ targets: ["db1", "db1"], problems: [`${path}: in vain`] });
    expect([answered(before, reads), answered(after, changed)]).toEqual(["all", how]);
    expect(answered(await afterReading(forgettingFailures(after), changed, readHere), changed)).toBe("all");
  });

  test("is asked again only when that is forgotten, or it changes, and then behind all others", async () => {
    const asked: string[] = [];
    const failed = await afterReading(none, reads, failing(true, asked));
    expect(asked.splice(0)).toEqual(["/a.yml", "/b.yml"]);
    await afterReading(failed, reads, failing(true, asked));
    expect(asked.splice(0)).toEqual([]);
    await afterReading(forgettingFailures(failed), reads, failing(true, asked));
    expect(asked.splice(0)).toEqual(["/a.yml"]);
    const changed = reads.map((one) => ({ ...one, digest: "2" }));
    const after = await afterReading(failed, changed, failing(true, asked));
    expect(asked.splice(0)).toEqual(["/b.yml", "/a.yml"]);
    expect([...after.keys()]).toEqual(["/a.yml", "/b.yml"]);
  });

  test("and that is not at fault is asked again at the next time", async () => {
    const asked: string[] = [];
    const first = await afterReading(none, reads, failing(false, asked));
    await afterReading(first, reads, failing(false, asked));
    expect(asked).toEqual(["/a.yml", "/b.yml", "/a.yml"]);
  });
});

test("the digest is another one whenever a file is", async () => {
  const folder = await aFolder();
  const patterns = [`${folder}/*.json`, `${folder}/all.yml`];
  const digests = [digestOf(await readFiles(patterns))];
  await writeFile(`${folder}/all.yml`, "[]");
  digests.push(digestOf(await readFiles(patterns)));
  await writeFile(`${folder}/all.yml`, "[ ]");
  digests.push(digestOf(await readFiles(patterns)));
  await writeFile(`${folder}/a.json`, "[]");
  digests.push(digestOf(await readFiles(patterns)));
  expect(new Set(digests).size).toBe(4);
  expect(digestOf(await readFiles(patterns))).toBe(digests.at(-1));
});
