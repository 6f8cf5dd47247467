import { expect, test } from "vitest";

import { isListen, isPlainBegin } from "../../src/classify/statement-kind.ts";

test.for([
  ["BEGIN", true],
  ["begin;", true],
  ["  /* a */ BEGIN -- b\n", true],
  ["BEGIN ISOLATION LEVEL REPEATABLE READ", true],
  ["START TRANSACTION READ ONLY", true],
  ["BEGIN; SELECT 1", false],
  ["BEGIN; -- nothing follows\n ;", true],
  ["START_TRANSACTION", false],
  ["START REPLICATION", false],
  ["SELECT 'BEGIN'", false],
  ["beginning", false],
  ["", false],
] as const)("%j only opens a transaction: %s", ([head, expected]) => {
  expect(isPlainBegin({ head, tail: null, isCut: false })).toBe(expected);
});

test("of a statement that is unknown, or whose middle or end is, nobody knows what it locked", () => {
  expect(isPlainBegin(null)).toBe(false);
  expect(isPlainBegin({ head: "BEGIN", tail: " SELECT 1", isCut: false })).toBe(false);
  expect(isPlainBegin({ head: "BEGIN", tail: null, isCut: true })).toBe(false);
});

test.for([
  ["LISTEN jobs", true],
  ["/* worker */ listen jobs;", true],
  ["UNLISTEN *", false],
  ["SELECT 'LISTEN'", false],
] as const)("%j listens: %s", ([head, expected]) => {
  expect(isListen({ head, tail: null, isCut: false })).toBe(expected);
});
