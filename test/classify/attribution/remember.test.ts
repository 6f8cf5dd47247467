import { describe, expect, test } from "vitest";

import {
  attributionsOf,
  hasCurrentKeys,
  unattributed,
  type Attributions,
} from "../../../src/classify/attribution/remember.ts";
import { backendKey } from "../../../src/classify/backend-key.ts";
import type { Backend } from "../../../src/observe/snapshot.ts";
import { aBackend } from "../../support/a-backend.ts";

const none: Attributions = new Map();
const commented = said("SELECT 1 /*route='a'*/", { queryStart: "t1" });

function said(head: string, overrides: Partial<Backend> = {}): Backend {
  return aBackend({ queryStart: "t2", statement: { head, tail: null, isCut: false }, ...overrides });
}

/** The keys that are known of a session after looks with these configured keys. */
function keysAfter(...looks: readonly (readonly [Backend, readonly string[]])[]): unknown {
  const attributions = looks.reduce(
    (before, [backend, configured]) => attributionsOf([backend], before, configured),
    none,
  );
  return Object.fromEntries(attributions.get(backendKey(aBackend().id))?.commentKeys ?? []);
}

/** What is known after these looks, each at one session; `undefined` when nothing is. */
function remembered(...backends: readonly Backend[]): unknown {
  const attributions = backends.reduce((before, backend) => attributionsOf([backend], before, []), none);
  const attribution = attributions.get(backendKey(aBackend().id));
  return attribution && { ...attribution, commentKeys: Object.fromEntries(attribution.commentKeys) };
}

/** Whether the keys are current at the last of these looks at one session. */
function areCurrent(...backends: readonly Backend[]): boolean {
  const known = backends.reduce((before, backend) => attributionsOf([backend], before, []), none);
  const last = backends.at(-1) ?? aBackend();
  return hasCurrentKeys(last, known.get(backendKey(last.id)) ?? unattributed);
}

test("a statement is remembered without its literals, and with what its comment says", () => {
  expect(remembered(commented)).toEqual({
    queryStart: "t1",
    redactedStatement: "SELECT ?",
    commentKeys: { route: "a" },
    keysReadIn: { queryStart: "t1", xactStart: null },
    configuredKeys: [],
  });
});

test.for(["BEGIN", "COMMIT", "SET a = 1", ""])(
  "%j says nothing, so what was said before it stays",
  (head) => {
    expect(remembered(commented, said(head))).toMatchObject({
      queryStart: "t2",
      commentKeys: { route: "a" },
    });
  },
);

test("where no statement is shown, the last one that was stays", () => {
  expect(remembered(commented, aBackend({ statement: null }))).toMatchObject({
    redactedStatement: "SELECT ?",
  });
});

test("a later comment takes the place of the one before", () => {
  expect(remembered(commented, said("SELECT 1 /*job='b'*/"))).toMatchObject({ commentKeys: { job: "b" } });
});

test("a statement is read once, whatever a later look of it says", () => {
  expect(remembered(commented, said("SELECT 2 /*job='b'*/", { queryStart: "t1" }))).toMatchObject({
    commentKeys: { route: "a" },
  });
});

describe("the keys are current", () => {
  const inFirst = said("SELECT 1 /*route='a'*/", { queryStart: "t1", xactStart: "x1" });

  test.for<readonly [string, Backend]>([
    ["of the statement that carries them", said("SELECT 1 /*route='b'*/", { xactStart: "x2" })],
    ["of a later one in its transaction", said("SELECT 2", { xactStart: "x1" })],
    ["once its transaction is over, until the next statement", { ...inFirst, xactStart: null }],
    ["of a fastpath call in its transaction", { ...inFirst, state: "fastpath function call" }],
  ])("%s", ([, later]) => {
    expect(areCurrent(inFirst, later)).toBe(true);
  });

  test.for<readonly [string, Backend]>([
    ["the next transaction", said("BEGIN", { xactStart: "x2" })],
    ["a statement outside any", said("COMMIT", { xactStart: null })],
    ["a fastpath call after it", { ...inFirst, state: "fastpath function call", xactStart: "x2" }],
    ["a statement that is hidden", said("", { statement: null, queryStart: null, xactStart: null })],
  ])("but not of %s: a pool may have handed the session on", ([, later]) => {
    expect(areCurrent(inFirst, later)).toBe(false);
  });

  test("nor where no transaction was seen, of another statement without one", () => {
    expect(areCurrent(commented, said("LISTEN a"))).toBe(false);
    expect(areCurrent(said("BEGIN"))).toBe(false);
  });
});

describe("after a reload", () => {
  const tenant = said("SELECT 1 /*tenant='t',route='a'*/");

  test("a key that is configured now is read from the statement that is there, one that is not goes", () => {
    expect(keysAfter([tenant, []], [tenant, ["tenant"]])).toEqual({ route: "a", tenant: "t" });
    expect(keysAfter([tenant, ["tenant"]], [tenant, []])).toEqual({ route: "a" });
    expect(keysAfter([tenant, ["tenant"]], [tenant, ["shard"]])).toEqual({ route: "a" });
  });

  test("a key that is not configured goes, even if its statement is not there any more", () => {
    const commit = said("COMMIT", { queryStart: "t3" });
    const hidden = aBackend({ statement: null });
    for (const later of [commit, hidden])
      expect(keysAfter([tenant, ["tenant"]], [later, ["tenant"]], [later, []])).toEqual({ route: "a" });
  });

  test("that changes no key, no statement is read again", () => {
    const other = said("SELECT 1 /*route='b'*/");
    const keys = ["tenant", "shard"];
    expect(keysAfter([tenant, keys], [other, keys.toReversed()])).toEqual({ route: "a", tenant: "t" });
  });
});

test("a session that is no candidate any more is forgotten, and so is a pid that another session has", () => {
  const other = { ...aBackend().id, backendStart: "2026-01-02 00:00:00.000001+00" };
  expect(remembered(commented, said("x", { id: { pid: 8, backendStart: "x" } }))).toBeUndefined();
  const after = attributionsOf([said("COMMIT", { id: other })], attributionsOf([commented], none, []), []);
  expect(after.get(backendKey(other))?.commentKeys.size).toBe(0);
});

test("what was remembered before stays as it was", () => {
  const before = attributionsOf([commented], none, []);
  attributionsOf([said("/*job='b'*/")], before, []);
  expect(before.get(backendKey(commented.id))?.commentKeys.get("route")).toBe("a");
});
