import * as fc from "fast-check";
import { expect, test } from "vitest";

import { commentKeys, knownCommentKeys } from "../../../src/classify/attribution/comment-keys.ts";
import { cuts } from "./cuts.ts";

type Pair = readonly [key: string, value: string];

/** How a library writes pairs into a comment. */
type Form = {
  readonly name: string;
  write(pair: Pair): string;
  /** What tells that a pair is over: the quote is part of the pair, a bare value needs what follows. */
  readonly closing: string;
};

const forms: readonly Form[] = [
  {
    name: "sqlcommenter",
    write: ([key, value]) => `${key}='${encodeURIComponent(value).replaceAll("'", String.raw`\'`)}'`,
    closing: "",
  },
  {
    name: "sqlcommenter with doubled percent signs",
    write: ([key, value]) =>
      `${key}='${encodeURIComponent(value).replaceAll("'", "%27").replaceAll("%", "%%")}'`,
    closing: "",
  },
  {
    name: "quoted query tags",
    write: ([key, value]) => `${key}:'${value.replaceAll("'", String.raw`\'`)}'`,
    closing: "",
  },
  { name: "marginalia", write: ([key, value]) => `${key}:${value}`, closing: "," },
];

const pairs: readonly Pair[] = [
  ["application", "Größe-注文"],
  ["controller", "api::v3::orders"],
  ["action", "it's"],
  ["tenant", "acme 👍🏽"],
  ["traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"],
  ["line", "/app/models/order.rb:12:in `call'"],
];

/** What of it the libraries do not know, and the configuration names. */
const configured = ["tenant"];

const statements = [
  "",
  "SELECT 'it''s' FROM t",
  "SELECT E'\\'/*job:x*/' || $$/*job='y'*/$$ FROM \"/*t\" -- /*",
];

function comment(form: Form): string {
  return `/*${pairs.map((pair) => form.write(pair)).join(",")}*/`;
}

/** The pairs that are whole within so many bytes of a text that begins with the comment. */
function wholePairs(form: Form, bytes: number): number {
  let length = "/*".length;
  let count = 0;
  for (const [index, pair] of pairs.entries()) {
    length += Buffer.byteLength(form.write(pair));
    const closing = index === pairs.length - 1 && form.closing !== "" ? "*/" : form.closing;
    if (length + closing.length > bytes) break;
    count += 1;
    length += ",".length;
  }
  return count;
}

test.for(forms)("the pairs of $name are all there", (form) => {
  for (const statement of statements) {
    expect([...commentKeys(`${comment(form)} ${statement}`, configured)]).toEqual(pairs);
    expect([...commentKeys(`${statement}\n${comment(form)};`, configured)]).toEqual(pairs);
  }
});

test.for(forms)(
  "wherever the text is cut off, $name gives some of the right pairs and never others",
  (form) => {
    for (const statement of statements) {
      for (const text of [`${comment(form)} ${statement}`, `${statement}\n${comment(form)};`]) {
        for (const { shown } of cuts(text)) {
          const found = [...commentKeys(shown, configured)];
          expect(found).toEqual(pairs.slice(0, found.length));
        }
      }
    }
  },
);

test.for(forms)("when the comment comes first, every whole pair of $name survives the cut", (form) => {
  for (const statement of statements) {
    const text = `${comment(form)} ${statement}`;
    for (const { bytes, shown } of cuts(text)) {
      expect([...commentKeys(shown, configured)]).toEqual(pairs.slice(0, wholePairs(form, bytes)));
    }
  }
});

test("no text makes it throw, and what it finds is bounded", () => {
  const part = fc.oneof(
    fc.constantFrom(
      ..."/* */ ' \\ \\' = : , % %% %2 %C3 %A9 %ff a route job='x' line:y $$ - \ufffd".split(" "),
    ),
    fc.string({ unit: "binary", maxLength: 8 }),
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 40 }), (parts) => {
      for (const [key, value] of commentKeys(`/*${parts.join("")}`, ["a"])) {
        expect(key === "a" || knownCommentKeys.has(key)).toBe(true);
        expect(value.length).toBeGreaterThan(0);
        expect(value.length).toBeLessThanOrEqual(200);
      }
    }),
    { numRuns: 20_000 },
  );
});
