import * as fc from "fast-check";
import { expect, test } from "vitest";

import { parseConninfo, trimBlanks } from "../../../src/postgres/naming/conninfo.ts";

const equals = {
  expected: "key=value pairs such as host=db1 user=pgleash",
  got: "a word without =",
  hint: "put a value with white space in single quotes",
};
const quote = {
  expected: "a closing single quote",
  got: "the end of the text",
  hint: String.raw`in a value, write ' as \' and \ as \\`,
};

test.for([
  ["", []],
  [" \t\n", []],
  ["host=h", [["host", "h"]]],
  [
    "host = h\tuser\n=\vu",
    [
      ["host", "h"],
      ["user", "u"],
    ],
  ],
  [
    "password='a b' user=u",
    [
      ["password", "a b"],
      ["user", "u"],
    ],
  ],
  [String.raw`password='it\'s \\ \a'`, [["password", String.raw`it's \ a`]]],
  [String.raw`password=a\ b\\c\'d`, [["password", String.raw`a b\c'd`]]],
  ["password=a'b", [["password", "a'b"]]],
  ["password=a=b", [["password", "a=b"]]],
  [
    "password='' user=u",
    [
      ["password", ""],
      ["user", "u"],
    ],
  ],
  ["dbname=", [["dbname", ""]]],
  // libpq takes the next word as the value here, and the quote ends where it ends.
  ["dbname= user=u", [["dbname", "user=u"]]],
  [
    "dbname='a'user=u",
    [
      ["dbname", "a"],
      ["user", "u"],
    ],
  ],
  ["dbname=a\\", [["dbname", "a"]]],
  ["=x", [["", "x"]]],
] as const)("takes %j apart", ([text, pairs]) => {
  expect(parseConninfo(text)).toEqual({ pairs });
});

test.for([
  ["host", equals],
  ["host=h user", equals],
  ["host=h user x=1", equals],
  ["password=a b", equals],
  ["password='a", quote],
  [String.raw`password='a\'`, quote],
  ["password='a\\", quote],
] as const)("refuses %j", ([text, complaint]) => {
  expect(parseConninfo(text)).toEqual({ complaint });
});

test("what is quoted comes out as it went in", () => {
  const name = fc.stringMatching(/^[a-z_]{1,12}$/u);
  fc.assert(
    fc.property(fc.array(fc.tuple(name, fc.string({ unit: "binary" }))), (pairs) => {
      const text = pairs.map(([key, value]) => `${key}='${value.replace(/['\\]/gu, "\\$&")}'`).join(" ");
      expect(parseConninfo(text)).toEqual({ pairs });
    }),
  );
});

test.for([
  ["", ""],
  [" ", ""],
  ["\n a b\t\r\n", "a b"],
  ["\u00a0a", "\u00a0a"],
] as const)("trims %j", ([text, trimmed]) => {
  expect(trimBlanks(text)).toBe(trimmed);
});
