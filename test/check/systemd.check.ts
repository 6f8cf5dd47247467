import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";

import { inRepository, readText } from "../deploy/files.ts";

const unit = inRepository("config/systemd/pgleash.service");
const page = "docs/deployment.md";

/** What systemd-analyze says, on either stream. It is in the Debian package `systemd`, and needs no running systemd. */
async function analyze(...words: readonly string[]): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)("systemd-analyze", [...words]);
  return stdout + stderr;
}

test("systemd-analyze finds nothing to say about the unit", async () => {
  expect(await analyze("verify", unit)).toBe("");
});

test("its exposure is 1.5 at most, and the one that the documentation gives", async () => {
  const said = await analyze("security", "--offline=yes", "--threshold=15", unit);
  const [, figure] = /Overall exposure level for pgleash\.service: ([\d.]+)/.exec(said) ?? [];
  const [, version = ""] = /^systemd (\d+)/.exec(await analyze("--version")) ?? [];
  const [, written, ofVersion] = /exposure of ([\d.]+), by systemd (\d+)/.exec(await readText(page)) ?? [];
  expect(Number(figure)).toBeLessThanOrEqual(1.5);
  expect(Number(written)).toBeLessThanOrEqual(1.5);
  // Another version may weigh differently.
  const isComparable = version === ofVersion;
  expect(isComparable ? figure : written).toBe(written);
});
