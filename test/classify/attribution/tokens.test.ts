import * as fc from "fast-check";
import { expect, test } from "vitest";

import { tokens } from "../../../src/classify/attribution/tokens.ts";

const raw = String.raw;

function shown(text: string): readonly string[] {
  return [...tokens(text)]
    .filter(({ kind }) => kind !== "space")
    .map(({ kind, start, end, isComplete }) => `${kind} ${text.slice(start, end)}${isComplete ? "" : " …"}`);
}

test.for([
  { text: "a1 $2 é_x$", kinds: ["word a1", "parameter $2", "word é_x$"] },
  { text: "'a''b' c", kinds: ["string 'a''b'", "word c"] },
  { text: raw`'a\\' b`, kinds: [raw`string 'a\\'`, "word b"] },
  { text: raw`'a\'b`, kinds: [raw`string 'a\'b …`] },
  { text: raw`E'a\'b' c`, kinds: [raw`string E'a\'b'`, "word c"] },
  { text: raw`nameE'a'`, kinds: ["word nameE", "string 'a'"] },
  {
    text: "b'01',x'f'/N'n'||u&'u'",
    kinds: ["string b'01'", "symbol ,", "string x'f'", "symbol /", "string N'n'"].concat([
      "symbol |",
      "symbol |",
      "string u&'u'",
    ]),
  },
  { text: 'U&"a""b" "c"', kinds: ['quoted_identifier U&"a""b"', 'quoted_identifier "c"'] },
  { text: "$$a$b$$ $ü1$$$$ü1$", kinds: ["string $$a$b$$", "string $ü1$$$$ü1$"] },
  { text: "$1$$a$$", kinds: ["parameter $1", "string $$a$$"] },
  { text: "$a $", kinds: ["symbol $", "word a", "symbol $"] },
  {
    text: "1 1.5 .5 5. 1e-10 0x1f 0b1 0o7 1_000",
    kinds: "1 1.5 .5 5. 1e-10 0x1f 0b1 0o7 1_000".split(" ").map((n) => `number ${n}`),
  },
  { text: "a.b1-1", kinds: ["word a", "symbol .", "word b1", "symbol -", "number 1"] },
  { text: "1$$a b$$", kinds: ["string 1$$a b$$ …"] },
  { text: "a::b:c", kinds: ["word a", "symbol ::", "word b", "symbol :", "word c"] },
  { text: "a--b\nc", kinds: ["word a", "line_comment --b", "word c"] },
  { text: "a+/*b/*c*/*/d", kinds: ["word a", "symbol +", "block_comment /*b/*c*/*/", "word d"] },
  { text: "/*/a/**/*/b", kinds: ["block_comment /*/a/**/*/", "word b"] },
  { text: "/*a*", kinds: ["block_comment /*a* …"] },
])("$text is read as the server reads it", ({ text, kinds }) => {
  expect(shown(text)).toEqual(kinds);
});

test.for([
  { text: "'O'Brien' AND b", kinds: ["string 'O'Brien' AND b …"] },
  { text: "a,'x'1", kinds: ["word a", "symbol ,", "string 'x'1 …"] },
  { text: "'x'_", kinds: ["string 'x'_ …"] },
  { text: "'x'é", kinds: ["string 'x'é …"] },
  { text: "'x'$1", kinds: ["string 'x'$1 …"] },
  { text: `'x'"y"`, kinds: [`string 'x'"y" …`] },
  { text: "E'x'y", kinds: ["string E'x'y …"] },
  { text: "$$x$$y", kinds: ["string $$x$$y …"] },
  { text: "$a$x$a$'y'", kinds: ["string $a$x$a$'y' …"] },
  { text: `"O"Brien"`, kinds: [`quoted_identifier "O"Brien" …`] },
  { text: `"x"'y'`, kinds: [`quoted_identifier "x"'y' …`] },
])("$text is quoted in no way that anybody could rely on", ({ text, kinds }) => {
  expect(shown(text)).toEqual(kinds);
});

test("every character of any text is in exactly one token", () => {
  const text = fc.oneof(
    fc.string({ unit: "binary", maxLength: 40 }),
    fc
      .array(fc.constantFrom(..."'\"$\\/*-eEuU&1a.; \n\ufffd".split("")), { maxLength: 40 })
      .map((parts) => parts.join("")),
  );
  fc.assert(
    fc.property(text, (statement) => {
      let at = 0;
      for (const { start, end, isComplete } of tokens(statement)) {
        expect(start).toBe(at);
        expect(end).toBeGreaterThan(start);
        expect(isComplete || end === statement.length).toBe(true);
        at = end;
      }
      expect(at).toBe(statement.length);
    }),
    { numRuns: 20_000 },
  );
});
