import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { fitScreen } from "../../src/commands/fit-screen.ts";
import { displayWidth } from "../../src/expose/display-width.ts";

const table = Array.from({ length: 40 }, (_line, index) => `row ${index} ${"-".repeat(150)} end`);
const sentence = "orders-api, role orders, database shop: 12.0 (9.6 to 14.9) sessions a minute leaked";

describe("on a screen of 80 by 24", () => {
  const screen = { columns: 80, rows: 24 };

  test("everything that fits is shown as it is", () => {
    const small = { table: ["TITLE", "row"], sentences: ["one sentence"], last: "3s: none found" };
    expect(fitScreen(small, screen)).toEqual(["TITLE", "row", "one sentence", "3s: none found"]);
  });

  test("the table is cut on the right and below, and the last line stays", () => {
    const lines = fitScreen({ table, sentences: [], last: "last" }, screen);
    expect(lines).toHaveLength(23);
    expect(lines[0]).toBe(`${table[0]?.slice(0, 78)}…`);
    expect(lines.at(-1)).toBe("last");
  });

  test("a long sentence is wrapped between words, so that its numbers are seen", () => {
    expect(fitScreen({ table: [], sentences: [sentence], last: "last" }, screen)).toEqual([
      "orders-api, role orders, database shop: 12.0 (9.6 to 14.9) sessions a minute",
      "leaked",
      "last",
    ]);
  });

  test("sentences never take more than half of it", () => {
    const sentences = Array.from({ length: 30 }, (_line, index) => `sentence ${index}`);
    const lines = fitScreen({ table, sentences, last: "last" }, screen);
    expect(lines).toHaveLength(23);
    expect(lines.filter((line) => line.startsWith("sentence"))).toHaveLength(12);
    expect(lines.filter((line) => line.startsWith("row"))).toHaveLength(10);
  });
});

test("a word that is wider than the screen is cut wherever it must be", () => {
  const lines = fitScreen({ table: [], sentences: ["x".repeat(25)], last: "" }, { columns: 11, rows: 24 });
  expect(lines).toEqual(["x".repeat(10), "x".repeat(10), "xxxxx", ""]);
});

test("a sentence in letters that take two columns is wrapped where the screen ends", () => {
  const lines = fitScreen({ table: [], sentences: ["注文の数 注文"], last: "" }, { columns: 10, rows: 24 });
  expect(lines).toEqual(["注文の数", "注文", ""]);
});

test("no screen gets more than it holds, and no word of a sentence gets lost", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "b", " ", "注", "👍") });
  const [columns, rows] = [fc.integer({ min: 3, max: 120 }), fc.integer({ min: 1, max: 120 })];
  fc.assert(
    fc.property(columns, rows, fc.array(text), (width, height, sentences) => {
      const screen = { columns: width, rows: height };
      const lines = fitScreen({ table, sentences, last: sentence }, screen);
      expect(lines.length).toBeLessThanOrEqual(Math.max(1, height - 1));
      for (const line of lines) expect(displayWidth(line)).toBeLessThan(width);
      const all = fitScreen({ table: [], sentences, last: "" }, { ...screen, rows: 10_000 });
      expect(all.join("").replaceAll(" ", "")).toBe(sentences.join("").replaceAll(" ", ""));
    }),
  );
});
