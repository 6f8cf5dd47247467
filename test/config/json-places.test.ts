import { expect, test } from "vitest";
import * as fc from "fast-check";

import { jsonPlaces } from "../../src/config/json-places.ts";

/** Every path into a value. */
function pathsIn(value: unknown): readonly (readonly (string | number)[])[] {
  if (typeof value !== "object" || value === null) return [[]];
  const inner: readonly (readonly [string | number, unknown])[] = Array.isArray(value)
    ? [...value.entries()]
    : Object.entries(value);
  return [[], ...inner.flatMap(([step, one]) => pathsIn(one).map((path) => [step, ...path]))];
}

test("whatever JSON.parse reads is walked through to its end, and every value is found where it begins", () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), fc.constantFrom(0, 1, 2), (value, indent) => {
      const text = JSON.stringify(value, null, indent);
      const places = jsonPlaces(text);
      expect(places.brokenAt).toBeUndefined();
      const lines = text.split("\n");
      for (const path of pathsIn(JSON.parse(text))) {
        const { line = 0, column = 0 } = places.positionOf(path, "value") ?? {};
        const rest = [lines[line - 1]?.slice(column - 1), ...lines.slice(line)].join("\n");
        const found = path.reduce<unknown>((held, step) => Reflect.get(Object(held), step), JSON.parse(text));
        expect(rest.startsWith(JSON.stringify(found, null, indent).charAt(0))).toBe(true);
      }
    }),
  );
});

test("what JSON.parse refuses is broken somewhere, and nothing else is", () => {
  const characters = fc.constantFrom(...Array.from('[]{},:"\\ \n\t019.-+eEtruefalsn/u\u0001\u0085\u007f'));
  fc.assert(
    fc.property(fc.string({ unit: characters, maxLength: 12 }), (text) => {
      let isJson = true;
      try {
        JSON.parse(text);
      } catch {
        isJson = false;
      }
      expect(jsonPlaces(text).brokenAt === undefined).toBe(isJson);
    }),
    { numRuns: 2000 },
  );
});

test("a key has a place of its own, and what is not there that of what would hold it", () => {
  const { positionOf } = jsonPlaces('[\n  { "a\\u0062": 5 }\n]');
  expect(positionOf([0, "ab"], "key")).toEqual({ line: 2, column: 5 });
  expect(positionOf([0, "ab"], "value")).toEqual({ line: 2, column: 16 });
  expect(positionOf([0, "other"], "value")).toEqual({ line: 2, column: 3 });
});

test("what is nested without end does not exhaust the stack", () => {
  expect(jsonPlaces("[".repeat(500_000)).brokenAt).toEqual({ line: 1, column: 102 });
});
