import * as fc from "fast-check";
import { expect, test } from "vitest";

import { shortCount } from "../../src/expose/short-count.ts";

test.for([
  [0, "0"],
  [999, "999"],
  [1000, "1.0k"],
  [1299, "1.2k"],
  [9999, "9.9k"],
  [12_000, "12k"],
  [999_999, "999k"],
  [1_250_000, "1.2M"],
  [2_000_000_000, "2.0G"],
] as const)("%d reads as %s", ([count, text]) => {
  expect(shortCount(count)).toBe(text);
});

test("never claims more than there is, and never takes more than five characters", () => {
  fc.assert(
    fc.property(fc.nat({ max: 2 ** 32 }), (count) => {
      const text = shortCount(count);
      const unit = { k: 1e3, M: 1e6, G: 1e9 }[text.slice(-1)] ?? 1;
      expect(Number.parseFloat(text) * unit).toBeLessThanOrEqual(count);
      expect(text.length).toBeLessThanOrEqual(5);
    }),
  );
});
