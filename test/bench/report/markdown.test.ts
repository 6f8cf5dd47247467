import { expect, test } from "vitest";

import { markdownTable } from "../../../bench/report/markdown.ts";
import { shown, shownSpread } from "../../../bench/report/numbers.ts";

test("columns are as wide as they need to be, and a bar in a cell does not end it", () => {
  expect(markdownTable(["figure", "n"], [["a|b", "1000"], ["c"]])).toBe(
    ["| figure | n    |", "|--------|------|", "| a\\|b   | 1000 |", "| c      |      |"].join("\n"),
  );
});

test("numbers have three digits that count", () => {
  expect([0, 0.01234, 1.2345, 12.345, 123.45, 12345.6, 12345, Number.NaN].map(shown)).toEqual([
    "0",
    "0.012",
    "1.23",
    "12.3",
    "123",
    "12346",
    "12345",
    "?",
  ]);
  expect(shownSpread({ median: 1.5, min: 1, max: 20 })).toBe("1.50 (1–20)");
});
