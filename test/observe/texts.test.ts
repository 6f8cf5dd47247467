import { describe, expect, test } from "vitest";
import { keptText, textParameters, textsOf } from "../../src/observe/texts.ts";
import { aBackend } from "../support/a-backend.ts";

const statement = { head: "SELECT 1", tail: null, isCut: false };
const queryStart = "2026-01-01 00:00:00.000001+00";
const one = aBackend({ id: { pid: 7, backendStart: "a" }, queryStart, statement });
const known = textsOf([one], new Map());

describe("the statements of the candidates", () => {
  test("are asked for by their start in microseconds; a hidden start is not", () => {
    const hidden = aBackend({ id: { pid: 8, backendStart: "a" }, queryStart: null, statement });
    expect(textParameters(textsOf([one, hidden], new Map()))).toEqual(["{7}", "{1767225600000001}"]);
  });

  test("are kept as they are while they go on, and no longer than their session", () => {
    const next = textsOf([{ ...one, statement: keptText(known, one.id) }], known);
    expect(next.get(7)).toBe(known.get(7));
    expect(textsOf([], next).size).toBe(0);
  });

  test.for([
    ["another statement", { queryStart: "2026-01-01 00:00:01.000000+00" }],
    ["another session under the pid", { id: { pid: 7, backendStart: "b" } }],
    ["another text", { statement: { ...statement, head: "SELECT 2" } }],
  ] as const)("%s takes the place", ([, difference]) => {
    const other = { ...one, ...difference };
    const texts = textsOf([other], known);
    expect(texts.get(7)).toMatchObject({ backendStart: other.id.backendStart, queryStart: other.queryStart });
    expect(keptText(texts, other.id)).toBe(other.statement);
    expect(textParameters(texts)).toEqual(textParameters(textsOf([other], new Map())));
  });
});
