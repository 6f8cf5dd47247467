import { expect, test } from "vitest";

import { shortened } from "../../src/expose/shortened.ts";

test("a text that fits is left alone", () => {
  expect(shortened("four", 4)).toBe("four");
});

test("a longer one is cut to the length, and says so", () => {
  expect(shortened("fives", 4)).toBe("fiv…");
});

test("no character is cut in half", () => {
  expect(shortened("👍👍👍", 2)).toBe("👍…");
});
