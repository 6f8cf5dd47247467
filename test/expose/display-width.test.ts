import { expect, test } from "vitest";

import { cutToWidth, displayWidth, fitted, withFewMarks } from "../../src/expose/display-width.ts";

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

test.for([
  [`a${"\u0301".repeat(199)}b`, "a\u0301\u0301b"],
  [`${"\u0300\u20dd".repeat(9)}ab`, "\u0300\u20ddab"],
  ["Tie\u0302\u0301ng Vie\u0323\u0302t", "Tie\u0302\u0301ng Vie\u0323\u0302t"],
  ["❤\ufe0f", "❤\ufe0f"],
] as const)("a letter of %j keeps two marks at most", ([text, shown]) => {
  expect(withFewMarks(text)).toBe(shown);
});

test("no cell is a heap of marks, whether it is cut or not", () => {
  const heap = `a${"\u0301".repeat(199)}`;
  expect(fitted(heap, 32)).toBe("a\u0301\u0301");
  expect(fitted(heap.repeat(40), 3)).toBe(`${"a\u0301\u0301".repeat(2)}…`);
});

test("what does not fit says that it was cut", () => {
  expect(fitted("checkout", 8)).toBe("checkout");
  expect(fitted("checkout", 7)).toBe("checko…");
  expect(fitted("注文注文", 6)).toBe("注文…");
});
