import { writeFile } from "node:fs/promises";
import { expect, test } from "vitest";

import { linesOf, type Line } from "../../src/record/lines.ts";
import { aPath } from "../support/an-audit.ts";

async function linesIn(
  content: string | Uint8Array,
  longestBytes?: number,
): Promise<readonly Line["text"][]> {
  const path = await aPath("lines");
  await writeFile(path, content);
  const lines: Line[] = [];
  for await (const line of linesOf(path, longestBytes)) lines.push(line);
  expect(lines.map(({ number }) => number)).toEqual(lines.map((_line, index) => index + 1));
  return lines.map(({ text }) => text);
}

test("the lines of a file, with the last one torn or whole", async () => {
  expect(await linesIn("")).toEqual([]);
  expect(await linesIn("a\n\nb\n")).toEqual(["a", "", "b"]);
  expect(await linesIn("a\nb")).toEqual(["a", "b"]);
});

test("lines that are longer than what is read at once", async () => {
  const long = "é".repeat(200_000);
  expect(await linesIn(`${long}\nb\n${long}`)).toEqual([long, "b", long]);
});

test("a line that is too long is known by its number alone, and the others are read", async () => {
  const long = "x".repeat(300_000);
  expect(await linesIn(`a\n${long}\nb\n`, 200_000)).toEqual(["a", null, "b"]);
  expect(await linesIn(`a\n${long}`, 200_000)).toEqual(["a", null]);
});

test("what is no UTF-8 ends nothing", async () => {
  expect(await linesIn(Buffer.from("c328610a62", "hex"))).toEqual(["\ufffd(a", "b"]);
});

test("a file that cannot be read is an error", async () => {
  const path = await aPath("missing");
  await expect(linesOf(path).next()).rejects.toThrow("ENOENT");
});
