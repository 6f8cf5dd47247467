import * as fc from "fast-check";
import { expect, test } from "vitest";

import { formatPercentage, parsePercentage } from "../../src/config/percentage.ts";

test.for([
  ["0%", 0],
  ["5%", 0.05],
  ["7%", 0.07],
  ["0.5%", 0.005],
  ["12.25%", 0.1225],
  ["100%", 1],
  ["5", undefined],
  ["5 %", undefined],
  ["-5%", undefined],
  ["1e2%", undefined],
  ["0.125%", undefined],
  ["%", undefined],
  ["", undefined],
] as const)("%j is read as %j", ([text, share]) => {
  expect(parsePercentage(text)).toBe(share);
});

test("what is shown is read as the same share", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 10_000 }), (hundredths) => {
      const share = parsePercentage(`${hundredths / 100}%`) ?? -1;
      expect(formatPercentage(share)).toBe(`${hundredths / 100}%`);
    }),
  );
});
