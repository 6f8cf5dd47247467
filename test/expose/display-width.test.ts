import { expect, test } from "vitest";

import { cutToWidth, displayWidth, fitted } from "../../src/expose/display-width.ts";

test.for([
  ["", 0],
  ["checkout-api", 12],
  ["Müller – …", 10],
  ["Mu\u0308ller", 6],
  ["注文", 4],
  ["주문", 4],
  ["ｆｕｌｌ", 8],
  ["👍", 2],
  ["❤\ufe0f", 2],
  ["𠀀", 2],
] as const)("%j takes %d columns of a terminal", ([text, columns]) => {
  expect(displayWidth(text)).toBe(columns);
});

test.for([
  ["checkout", 8, "checkout"],
  ["checkout", 5, "check"],
  ["注文", 3, "注"],
  ["注文", 1, ""],
  ["👍👍", 2, "👍"],
  ["e\u0301a", 1, "e\u0301"],
] as const)("of %j as much is kept as %d columns hold", ([text, columns, kept]) => {
  expect(cutToWidth(text, columns)).toBe(kept);
});

test("what does not fit says that it was cut", () => {
  expect(fitted("checkout", 8)).toBe("checkout");
  expect(fitted("checkout", 7)).toBe("checko…");
  expect(fitted("注文注文", 6)).toBe("注文…");
});
