import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { isWellFormed } from "../../../src/postgres/wire/well-formed.ts";
import { dataRow, int16, int32, rowDescription } from "../../support/server-messages.ts";

const column = Buffer.alloc(18);
const bodyOf = (message: Buffer): Buffer => message.subarray(5);

test.for([
  ["1", Buffer.alloc(0)],
  ["2", Buffer.alloc(0)],
  ["n", Buffer.alloc(0)],
  ["I", Buffer.alloc(0)],
  ["C", Buffer.from("SELECT 3\0")],
  ["K", Buffer.concat([int32(7), int32(8)])],
  ["Z", Buffer.from("I")],
  ["t", Buffer.concat([int16(2), int32(25), int32(23)])],
  ["T", bodyOf(rowDescription([]))],
  ["T", bodyOf(rowDescription(["pid", "", "usename"]))],
  ["T", bodyOf(rowDescription(Array.from({ length: 100 }, () => "a")))],
  ["D", bodyOf(dataRow([]))],
  ["D", bodyOf(dataRow(Array.from({ length: 100 }, () => null)))],
  ["D", bodyOf(dataRow(["1", null, "", "text"]))],
  ["E", Buffer.from("SERROR\0VERROR\0C42501\0Mno\0\0")],
  ["S", Buffer.from("anything")],
] as const)("%s is well-formed: %o", ([type, body]) => {
  expect(isWellFormed(type, body)).toBe(true);
});

test.for([
  ["1", Buffer.alloc(1)],
  ["C", Buffer.alloc(0)],
  ["C", Buffer.from("SELECT 3")],
  ["K", Buffer.alloc(7)],
  ["Z", Buffer.alloc(0)],
  ["t", Buffer.from([0])],
  ["t", Buffer.concat([int16(2), int32(25)])],
  ["T", Buffer.from([0])],
  ["T", Buffer.concat([int16(1), Buffer.from("abc")])],
  ["T", Buffer.concat([int16(1), Buffer.from("abc\0"), column.subarray(1)])],
  ["T", Buffer.concat([int16(1), Buffer.from("abc\0"), column, Buffer.from("x")])],
  ["T", Buffer.concat([int16(2), Buffer.from("abc\0"), column])],
  ["T", bodyOf(rowDescription(Array.from({ length: 101 }, () => "a")))],
  ["D", bodyOf(dataRow(Array.from({ length: 101 }, () => null)))],
  ["D", Buffer.from([0])],
  ["D", int16(1)],
  ["D", Buffer.concat([int16(1), int32(4), Buffer.from("abc")])],
  ["D", Buffer.concat([int16(1), int32(2), Buffer.from("abc")])],
  // Back to where it began: the driver would read the same bytes again and again.
  ["D", Buffer.concat([int16(3), int32(4), Buffer.from("abcd"), int32(-8), int32(4), Buffer.from("abcd")])],
  ["E", Buffer.alloc(0)],
  ["E", Buffer.from([0])],
  ["E", Buffer.from("C42501\0\0")],
  ["E", Buffer.from("M\0\0")],
  ["E", Buffer.from("Mno")],
  ["E", Buffer.from("Mno\0")],
  ["E", Buffer.from("Mno\0\0more")],
  ["s", Buffer.alloc(0)],
] as const)("%s is not: %o", ([type, body]) => {
  expect(isWellFormed(type, body)).toBe(false);
});

describe("whatever a row holds", () => {
  const values = fc.array(fc.option(fc.string({ maxLength: 50 })), { maxLength: 20 });

  test("it is well-formed, and without its last byte it is not", () => {
    fc.assert(
      fc.property(values, (row) => {
        const body = bodyOf(dataRow(row));
        expect([isWellFormed("D", body), isWellFormed("D", body.subarray(0, -1))]).toEqual([true, false]);
      }),
    );
  });
});
