import * as fc from "fast-check";
import { expect, test } from "vitest";

import { redact } from "../../../src/classify/attribution/redact.ts";
import { cuts } from "./cuts.ts";
import { corpus } from "./corpus.ts";
import { literalsAsScanned } from "./reference-scanner.ts";

const UNBOUNDED = 1_000_000;

/** How much of a secret gives it away. */
const TELLING = 4;

test("the corpus is large, and each of its statements holds its secrets", () => {
  expect(corpus.length).toBeGreaterThanOrEqual(300);
  expect(new Set(corpus.map(({ text }) => text)).size).toBe(corpus.length);
  expect(corpus.filter(({ text, secrets }) => !secrets.every((secret) => text.includes(secret)))).toEqual([]);
});

test("no secret of the corpus survives the redaction, wherever the statement is cut off", () => {
  const leaks: string[] = [];
  for (const { text, secrets } of corpus) {
    for (const { shown: cut } of cuts(text)) {
      const shown = redact(cut, UNBOUNDED);
      if (secrets.some((secret) => shown.includes(secret.slice(0, TELLING)))) leaks.push(`${cut} → ${shown}`);
    }
  }
  expect(leaks).toEqual([]);
});

test("what is shown keeps to its bound, and is the beginning of the whole", () => {
  for (const { text } of corpus) {
    const whole = redact(text, UNBOUNDED);
    for (const bound of [1, 10, 40, 200]) {
      const shown = redact(text, bound);
      expect(shown.length).toBeLessThanOrEqual(bound);
      expect(shown === whole || whole.startsWith(shown.slice(0, -1))).toBe(true);
    }
  }
});

test("a redaction redacted again stays as it is, unless it says that it is cut off", () => {
  const shown = corpus.map(({ text }) => redact(text)).filter((text) => !text.endsWith("…"));
  expect(shown.map((text) => redact(text))).toEqual(shown);
});

/** The pieces that scanners trip over, in any order. */
const trouble = fc
  .array(
    fc.constantFrom(
      ..."'\"$\\/*-eEuU&bxn1a.;:,(=é\n".split(""),
      ..."'' \\' \\\\ /* */ -- $$ $a$ $1 E' U&' U&\" 1e-5 0x1".split(" "),
      " ",
      "SET ",
      "Zq7x",
    ),
    { maxLength: 24 },
  )
  .map((parts) => parts.join(""));

test("nothing survives that some server or some author would read as a literal, in a statement of nothing but trouble", () => {
  fc.assert(
    fc.property(trouble, trouble, (before, after) => {
      const text = `${before}Zq7xKw${after}`;
      const readings = ["on", "off", "undoubled"] as const;
      const literals = readings.flatMap((reading) => literalsAsScanned(text, reading));
      const isLiteral = literals.some((literal) => literal.includes("Zq7xKw"));
      expect(isLiteral && redact(text, UNBOUNDED).includes("Zq7xKw")).toBe(false);
    }),
    { numRuns: 50_000 },
  );
});

test("no text makes it throw, and nothing that steers a terminal comes out", () => {
  fc.assert(
    fc.property(fc.oneof(trouble, fc.string({ unit: "binary", maxLength: 60 })), (text) => {
      expect(redact(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
    }),
    { numRuns: 10_000 },
  );
});
