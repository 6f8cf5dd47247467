import { expect, test } from "vitest";

import { shortened } from "../../src/expose/shortened.ts";

test("a text that fits is left alone", () => {
  expect(shortened("four", 4)).toBe("four");
});

test("a longer one is cut to the length, and says so", () => {
  expect(shortened("fives", 4)).toBe("fiv…");
});

test("no letter keeps a heap of marks", () => {
  expect(shortened(`a${"\u0301".repeat(63)}`, 64)).toBe("a\u0301\u0301");
});

test("no character is cut in half", () => {
  expect(shortened("👍👍👍", 2)).toBe("👍…");
});
