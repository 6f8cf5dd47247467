import { writeFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import { expect, onTestFinished, test } from "vitest";

import { createTargetReader, readHere, type TargetReader } from "../../src/discover/target-reader.ts";
import { startReader, targetThread } from "../support/a-target-reader.ts";
import { aFolder } from "../support/an-audit.ts";

function stopped(reader: TargetReader): TargetReader {
  onTestFinished(() => reader.stop());
  return reader;
}

/** A reader whose thread does as `program` says. */
async function aReaderOf(program: string, patience = {}): Promise<TargetReader> {
  const path = `${await aFolder()}/thread.mjs`;
  await writeFile(path, `import { parentPort } from "node:worker_threads";\n${program}`);
  return stopped(createTargetReader(pathToFileURL(path), { fileSeconds: 60, allSeconds: 60, ...patience }));
}

const source = { name: "/all.yml", text: "- targets: [db1, db2]\n  labels: { server: a }" };
const ended = { failure: "/all.yml: the thread that reads it ended", isOfFile: true };
const inVain = "/all.yml: it could not be read in time";

test("the thread tells what this one would, of one file after another", async () => {
  const reader = stopped(startReader());
  for (const text of [source.text, "- targets: 5", "", `[${"5,".repeat(30)}5]`]) {
    const told = await reader.read({ ...source, text });
    expect(told).toEqual(await readHere.read({ ...source, text }));
  }
});

test("everything else has its turn while the largest file is read", async () => {
  const yaml = '- targets: ["db1234.example.com:5432"]\n  labels: { server: "db1234" }\n';
  const text = yaml.repeat(1000);
  const reader = stopped(startReader());
  await reader.read(source);
  let turns = 0;
  let isDone = false;
  const count = (): void => {
    turns += 1;
    if (!isDone) setImmediate(count);
  };
  setImmediate(count);
  const told = await reader.read({ name: "/all.yml", text }).finally(() => (isDone = true));
  expect(told).toMatchObject({ targets: { length: 1000 } });
  expect(turns).toBeGreaterThan(100);
});

test.for([
  ["throws", 'throw new Error("s3cret");'],
  ["ends", "process.exit(0);"],
  ["eats all memory", "const all = []; for (;;) all.push(Array.from({ length: 1e6 }, () => 0.5));"],
] as const)("a file at which the thread %s is refused, and no other is", async ([, fate]) => {
  const reader = await aReaderOf(`parentPort.on("message", ({ text }) => {
  if (text !== "fine") { ${fate} }
  parentPort.postMessage({ targets: [] });
});`);
  expect(await reader.read(source)).toEqual(ended);
  expect(await reader.read({ ...source, text: "fine" })).toEqual({ targets: [] });
});

test("without a thread nothing can be read", async () => {
  const reader = stopped(createTargetReader(new URL("file:///nowhere/at-all.js")));
  expect(await reader.read(source)).toEqual(ended);
});

const endless = 'parentPort.on("message", () => { for (;;); });';

test("a file that takes too long is given up", async () => {
  const reader = await aReaderOf(endless, { fileSeconds: 0.3 });
  expect(await reader.read(source)).toEqual({ failure: inVain, isOfFile: true });
});

test("all files of a reader have one deadline, and whoever comes late is not at fault", async () => {
  const reader = await aReaderOf(endless, { fileSeconds: 0.3, allSeconds: 0.5 });
  const given = [await reader.read(source), await reader.read(source), await reader.read(source)];
  expect(given).toEqual([true, false, false].map((isOfFile) => ({ failure: inVain, isOfFile })));
});

test("a thread that cannot be made is no file's fault", async () => {
  const reader = stopped(createTargetReader(new URL("http://nowhere.invalid/thread.js")));
  expect(await reader.read(source)).toEqual({
    failure: "/all.yml: no thread could be started to read it",
    isOfFile: false,
  });
});

test("the thread is started anew by the next file", async () => {
  const reader = stopped(createTargetReader(targetThread));
  await reader.read(source);
  await reader.stop();
  expect(await reader.read(source)).toMatchObject({ targets: { length: 2 } });
});
