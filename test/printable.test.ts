import * as fc from "fast-check";
import { expect, test } from "vitest";

import { printable } from "../src/printable.ts";

test.for([
  { what: "an escape sequence", text: "\u001b[2Jgone", shown: String.raw`\x1b[2Jgone` },
  { what: "a line feed and a carriage return", text: "a\r\nb", shown: String.raw`a\x0d\x0ab` },
  { what: "the C1 form of an escape sequence", text: "\u009b31m", shown: String.raw`\x9b31m` },
  { what: "a bidirectional override", text: "\u202etxt.exe", shown: String.raw`\u{202e}txt.exe` },
  { what: "a zero-width space's kin", text: "a\u200bb\ufeff", shown: String.raw`a\u{200b}b\u{feff}` },
  { what: "a soft hyphen", text: "pay\u00adroll", shown: String.raw`pay\xadroll` },
  { what: "line and paragraph separators", text: "\u2028\u2029", shown: String.raw`\u{2028}\u{2029}` },
  { what: "half of a surrogate pair", text: "\ud800x", shown: String.raw`\u{d800}x` },
  { what: "a tag character beyond the first plane", text: "\u{e0041}", shown: String.raw`\u{e0041}` },
])("$what becomes visible", ({ text, shown }) => {
  expect(printable(text)).toBe(shown);
});

test("what people write stays as it is", () => {
  const text = 'Bücher-Läden "ночь" 注文 👍🏽 <b>…\\';
  expect(printable(text)).toBe(text);
});

test("nothing that steers a terminal survives, and nothing is changed twice", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const shown = printable(text);
      expect(shown).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
      expect(printable(shown)).toBe(shown);
    }),
  );
});
