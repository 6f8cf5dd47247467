import { expect, test } from "vitest";

import { rememberKeys, type Statement } from "../../../src/classify/attribution/remember.ts";
import { backendKey } from "../../../src/classify/backend-key.ts";

const id = { pid: 7, backendStart: "2026-01-01 00:00:00.000001+00" };
const commented = aStatement({ queryStart: "t1", query: "SELECT 1 /*route='a'*/" });
const none = new Map();

function aStatement(overrides: Partial<Statement> = {}): Statement {
  return { id, queryStart: "t2", query: "COMMIT", ...overrides };
}

function remembered(...statements: readonly Statement[]): unknown {
  const attributions = statements.reduce(
    (before, statement) => rememberKeys([statement], before),
    rememberKeys([], none),
  );
  const attribution = attributions.get(backendKey(id));
  return attribution && { ...attribution, keys: Object.fromEntries(attribution.keys) };
}

test("a commented statement is remembered with its start", () => {
  expect(remembered(commented)).toEqual({ queryStart: "t1", keys: { route: "a" } });
});

test.for(["BEGIN", "COMMIT", "SET a = 1", "", null, "<insufficient privilege>"])(
  "%j says nothing, so what its session said before it stays",
  (query) => {
    expect(remembered(commented, aStatement({ query }))).toEqual({ queryStart: "t1", keys: { route: "a" } });
  },
);

test("a later comment takes the place of the one before", () => {
  const later = aStatement({ query: "SELECT 1 /*job='b'*/" });
  expect(remembered(commented, later)).toEqual({ queryStart: "t2", keys: { job: "b" } });
});

test("a session that never said anything is not remembered", () => {
  expect(remembered(aStatement())).toBeUndefined();
});

test("a session that is no candidate any more is forgotten, and so is a pid that another session has", () => {
  const other = { ...id, backendStart: "2026-01-02 00:00:00.000001+00" };
  expect(remembered(commented, aStatement({ id: { pid: 8, backendStart: "x" } }))).toBeUndefined();
  const after = rememberKeys([aStatement({ id: other })], rememberKeys([commented], none));
  expect(after.size).toBe(0);
});

test("what was remembered before stays as it was", () => {
  const before = rememberKeys([commented], none);
  rememberKeys([aStatement({ query: "/*job='b'*/" })], before);
  expect(before.get(backendKey(id))?.keys.get("route")).toBe("a");
});
