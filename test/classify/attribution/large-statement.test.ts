import { expect, test } from "vitest";

import { commentKeys } from "../../../src/classify/attribution/comment-keys.ts";
import { redact } from "../../../src/classify/attribution/redact.ts";

/** The most that `track_activity_query_size` allows. */
const MEGABYTE = 1_048_576;

/** Processor time, the best of three, so that a busy machine is no failure. */
function milliseconds(work: () => unknown): number {
  return Math.min(
    ...[1, 2, 3].map(() => {
      const before = process.cpuUsage();
      work();
      return process.cpuUsage(before).user / 1000;
    }),
  );
}

test.for([
  { what: "a list of numbers", unit: "123456, " },
  { what: "rows", unit: "(1, 'abc', NULL), " },
  { what: "tiny rows", unit: "(1)," },
  { what: "words", unit: "alpha beta " },
  { what: "one string", unit: "x", start: "SELECT '" },
  { what: "quotes", unit: "'" },
  { what: "backslashes", unit: "\\", start: "SELECT E'" },
  { what: "openings of comments", unit: "/*" },
  { what: "comments", unit: "/*a='b'*/ " },
  { what: "pairs in a comment", unit: "a='b',", start: "/*" },
  { what: "blanks in a comment", unit: " ", start: "/*a" },
  { what: "backslashes in a comment", unit: "\\", start: "/*a='" },
  { what: "percent signs in a comment", unit: "%%%e", start: "/*a='" },
  { what: "dollar quotes that never end", unit: "$a" },
  { what: "tags of dollar quotes", unit: " $a$ $" },
  { what: "digits", unit: "1" },
  { what: "exponents", unit: "1e-" },
  { what: "operators", unit: "+-" },
  { what: "parentheses", unit: "(" },
  { what: "letters beyond ASCII", unit: "é" },
  { what: "casts", unit: "1::a," },
  { what: "comparisons with names", unit: '"a"="b","c"<"d"."e" ' },
  { what: "double-quoted values", unit: '"a",', start: "VALUES (" },
  { what: "lists within lists", unit: "IN (" },
])("a megabyte of $what takes less than half a second", ({ unit, start = "SELECT " }) => {
  const text = start + unit.repeat(MEGABYTE / unit.length);
  expect(milliseconds(() => redact(text))).toBeLessThan(500);
  expect(milliseconds(() => commentKeys(`${text} /*route='x'*/`, []))).toBeLessThan(500);
});

test("the keys at the end of a megabyte are found, and its lists are one value", () => {
  const text = `SELECT * FROM t WHERE a IN (${"'abc', ".repeat(MEGABYTE / 7)}'d') AND b = $1 /*route='x'*/`;
  expect(redact(text)).toBe("SELECT * FROM t WHERE a IN (?) AND b = $1");
  expect([...commentKeys(text, [])]).toEqual([["route", "x"]]);
});
