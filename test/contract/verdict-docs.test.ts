import { readFile } from "node:fs/promises";

import { beforeAll, expect, test } from "vitest";

import { isSeparable } from "../../bench/verdict/labels/label.ts";
import { labels } from "../../bench/verdict/labels/labels.ts";
import { peers } from "../../bench/verdict/peers/peers.ts";

let page: string;
let rows: readonly (readonly string[])[];
beforeAll(async () => {
  page = await readFile(new URL("../../docs/verdict.md", import.meta.url), "utf8");
  const lines = page.split("\n").filter((line) => line.startsWith("| "));
  rows = lines.map((line) =>
    line
      .slice(2, -2)
      .split(/(?<!\\)\|/)
      .map((cell) => cell.trim()),
  );
});

/** Whether some row begins so and has this cell, too. */
function says(first: string, cell: string): boolean {
  return rows.some((row) => row[0] === first && row.includes(cell));
}

test("docs/verdict.md says how many scenarios there are, and what each of them is in truth", () => {
  expect(page).toContain(`\n${labels.length} scenarios, `);
  const untold = labels.filter(
    ({ scenario, leak }) => !says(scenario, leak === null ? "honest" : `${leak.kind}, ${leak.harm}`),
  );
  expect(untold).toEqual([]);
});

test("what cannot be told on some major stands in docs/verdict.md with its reason", () => {
  const unclear = labels.filter((label) => ["13", "15", "18"].some((major) => !isSeparable(label, major)));
  expect(unclear).not.toEqual([]);
  expect(unclear.filter(({ scenario, ambiguous }) => !says(scenario, ambiguous ?? ""))).toEqual([]);
});

test("every rule of others is quoted in docs/verdict.md as it stands beside its function", () => {
  const rules = peers.flatMap(({ name, rules: own }) => own.map((rule) => ({ peer: name, ...rule })));
  expect(rules).not.toEqual([]);
  const unquoted = rules.filter(
    ({ peer, published }) => !says(peer, `\`${published.replaceAll("|", "\\|")}\``),
  );
  expect(unquoted).toEqual([]);
});
