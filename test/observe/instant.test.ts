import { assert, integer, property } from "fast-check";
import { describe, expect, test } from "vitest";
import { instantMicros, instantText, secondsBetween } from "../../src/observe/instant.ts";

const lastMicros = Date.parse("2106-01-01T00:00:00Z") * 1000;

describe("a moment in microseconds", () => {
  test.for<[number, string]>([
    [0, "1970-01-01 00:00:00.000000+00"],
    [1, "1970-01-01 00:00:00.000001+00"],
    [1_767_225_599_999_999, "2025-12-31 23:59:59.999999+00"],
    [1_767_225_600_000_000, "2026-01-01 00:00:00.000000+00"],
  ])("%d is %s", ([micros, text]) => {
    expect(instantText(micros)).toBe(text);
  });

  test("reads back as it was written", () => {
    assert(
      property(integer({ min: 0, max: lastMicros }), (micros) => {
        expect(instantMicros(instantText(micros))).toBe(micros);
      }),
    );
  });

  test("is never in the future of a look, and unknown stays unknown", () => {
    expect(secondsBetween(1_000_000, 2_500_000)).toBe(1.5);
    expect(secondsBetween(2_500_001, 2_500_000)).toBe(0);
    expect(secondsBetween(null, 2_500_000)).toBeNull();
  });
});
