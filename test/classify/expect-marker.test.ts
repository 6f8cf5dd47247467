import { describe, expect, test } from "vitest";

import { markerOf } from "../../src/classify/expect-marker.ts";
import type { StatementText } from "../../src/observe/snapshot.ts";
import { aBackend } from "../support/a-backend.ts";

function whole(head: string): StatementText {
  return { head, tail: null, isCut: false };
}

function saidBy(statement: StatementText | null, applicationName: string | null = null) {
  return markerOf(aBackend({ state: "idle in transaction", statement, applicationName }));
}

/** Some are long, and hold what no name of a test should. */
function named(head: string): readonly [name: string, head: string] {
  return [JSON.stringify(head.slice(0, 60)), head];
}

const inComment = (seconds: number) => ({ source: "comment", seconds });
const inName = (seconds: number) => ({ source: "application_name", seconds });
const malformed = { source: "comment", problem: "malformed" };
const repeated = { source: "comment", problem: "repeated" };

describe("a comment says how long the statement takes", () => {
  test.for<[string, number]>([
    ["/* pgleash:expect=1h */ SELECT 1", 3600],
    ["/*pgleash:expect=90m*/ SELECT 1", 5400],
    ["SELECT 1 /* pgleash:expect=30s */;", 30],
    ["/*pgleash='expect=2d'*/ SELECT 1", 172_800],
    ["/*route='/a',pgleash='expect%3D1h'*/ SELECT 1", 3600],
    ["/*controller:books,pgleash:expect=1h,action:close*/ SELECT 1", 3600],
    ["/* pgleash:expect=1h */ SELECT 1 /* pgleash:expect=1h */", 3600],
    ["/* pgleash:expect=999999d */ SELECT 1", 999_999 * 86_400],
    // A blank at the end belongs to nothing; the transaction may have failed since.
    ["/* pgleash:expect=1h   */ SELEC 1", 3600],
  ])("%s", ([head, seconds]) => {
    expect(saidBy(whole(head))).toEqual(inComment(seconds));
  });

  test("also at the very end of a long one", () => {
    const head = `SELECT '${"x".repeat(4096)}`;
    const end = "' /*pgleash='expect=1h'*/";
    expect(saidBy({ head, tail: end, isCut: false })).toEqual(inComment(3600));
    expect(saidBy({ head, tail: end, isCut: true })).toBeNull();
    expect(saidBy({ head: `/*pgleash:expect=1h*/ ${head}`, tail: end, isCut: false })).toEqual(
      inComment(3600),
    );
    expect(saidBy({ head: `/*pgleash:expect=2h*/ ${head}`, tail: end, isCut: false })).toEqual(repeated);
  });

  test.for(
    [
      "/* pgleash:expect=1h30m */ SELECT 1",
      "/* pgleash:expect=100ms */ SELECT 1",
      "/* pgleash:expect=1 */ SELECT 1",
      "/* pgleash:expect=0h */ SELECT 1",
      "/* pgleash:expect=-1h */ SELECT 1",
      "/* pgleash:expect=1.5h */ SELECT 1",
      "/* pgleash:expect=1e9h */ SELECT 1",
      "/* pgleash:expect=1000000s */ SELECT 1",
      "/* pgleash:expect=Infinity */ SELECT 1",
      "/* pgleash:expect=any */ SELECT 1",
      "/* pgleash:expect= */ SELECT 1",
      "/* pgleash:expect=1H */ SELECT 1",
      // Digits of other scripts, and what only looks like one of ours.
      "/* pgleash:expect=\u0661h */ SELECT 1",
      "/* pgleash:expect=\uff11h */ SELECT 1",
      "/* pgleash:expect=1\u200bh */ SELECT 1",
      "/* pgleash:expect=1h\u0000 */ SELECT 1",
      "/* pgleash:expect=1h please */ SELECT 1",
      `/* pgleash:expect=${"9".repeat(10_000)}h */ SELECT 1`,
      `/* pgleash:expect=${"1h".repeat(5000)} */ SELECT 1`,
    ].map(named),
  )("that is none: %s", ([, head]) => {
    expect(saidBy(whole(head))).toEqual(malformed);
  });

  test.for(
    [
      "/* pgleash:expect=1h */ SELECT 1 /* pgleash:expect=2h */",
      "/*pgleash:expect=1h,pgleash:expect=2h*/ SELECT 1",
      "/*pgleash:expect=1h*/ SELECT 1 /*pgleash:expect=never*/",
      `${Array.from({ length: 500 }, (_, index) => `/*pgleash:expect=${index}h*/`).join("")} SELECT 1`,
    ].map(named),
  )("two that differ are none: %s", ([, head]) => {
    expect(saidBy(whole(head))).toEqual(repeated);
  });

  test.for([
    "SELECT 'pgleash:expect=1h'",
    "SELECT '/* pgleash:expect=1h */'",
    "SELECT E'\\' /* pgleash:expect=1h */'",
    "SELECT $$/* pgleash:expect=1h */$$",
    'SELECT 1 AS "/* pgleash:expect=1h */"',
    "SELECT 'O'Brien' /* pgleash:expect=1h */",
    "SELECT pgleash:expect=1h",
    "/* pgleash:hold=1h */ SELECT 1",
    "/* xpgleash:expect=1h */ SELECT 1",
    "SELECT '-- PGLEASH:expect=1h'",
    "SELECT 1 AS pgleash -- expected",
    // The server cut it, and nobody knows how it would go on.
    "/* pgleash:expect=1h",
  ])("nothing is said by %s", (head) => {
    expect(saidBy(whole(head))).toBeNull();
  });

  test("nothing is said by a fastpath call, which shows the statement before it", () => {
    const statement = whole("/* pgleash:expect=1h */ SELECT 1");
    const calling = aBackend({ state: "fastpath function call", statement, applicationName: "books" });
    expect(markerOf(calling)).toBeNull();
    expect(markerOf({ ...calling, applicationName: "pgleash:expect=2h" })).toEqual(inName(7200));
  });
});

describe("what means to be one, in a form that is not read, is told of and never believed", () => {
  const forms = [
    "pgleash:expect = 10m",
    "pgleash: expect=10m",
    "PGLEASH:expect=10m",
    "pgleash:EXPECT=10m",
    "pgleash:expects=10m",
    "pgleash=expect=10m",
    "pgleash expect=10m",
    "a long report, pgleash:expect=10m",
  ];

  test.for(forms)("%s", (form) => {
    expect(saidBy(whole(`/* ${form} */ SELECT 1`))).toEqual(malformed);
    expect(saidBy(whole(`/* ${form} */ SELECT 1`), "books pgleash:expect=1h")).toEqual(inName(3600));
    expect(saidBy(whole(`/* ${form} */ SELECT 1 /* pgleash:expect=1h */`))).toEqual(inComment(3600));
    expect(saidBy(whole(`SELECT '/* ${form} */'`))).toBeNull();
    const name = form.replace(/^.*, /u, "");
    const isWord = name === "pgleash:expect=10m";
    expect(saidBy(null, name)).toEqual(isWord ? inName(600) : { ...malformed, source: "application_name" });
  });

  test.for(["-- pgleash:expect=10m\nSELECT 1", "SELECT 1 -- pgleash:expect=10m"])("%j", (head) => {
    expect(saidBy(whole(head))).toEqual(malformed);
    expect(saidBy(whole(head), "pgleash:expect=1h")).toEqual(inName(3600));
    expect(saidBy({ head: "SELECT 1 -- pgleash:expect=10m", tail: null, isCut: true })).toBeNull();
  });
});

describe("an application name says how long its statements take", () => {
  test.for<[string, number]>([
    ["pgleash:expect=1h", 3600],
    ["books pgleash:expect=15m", 900],
    ["books  pgleash:expect=15m of march", 900],
    ["pgleash:expect=1h pgleash:expect=1h", 3600],
  ])("%s", ([name, seconds]) => {
    expect(saidBy(null, name)).toEqual(inName(seconds));
    expect(saidBy(whole("SELECT 'pgleash:expect=5h'"), name)).toEqual(inName(seconds));
  });

  test.for([
    ["pgleash:expect=1", "malformed"],
    ["pgleash:expect=1h2", "malformed"],
    ["books pgleash:expect=1h,", "malformed"],
    // PostgreSQL 15 and older write what is not ASCII so.
    ["pgleash:expect=???h", "malformed"],
    ["pgleash:expect=1h pgleash:expect=2h", "repeated"],
  ] as const)("%s is %s", ([name, problem]) => {
    expect(saidBy(null, name)).toEqual({ source: "application_name", problem });
  });

  test.for(["", "books", "pgleash", "expect=1h", "xpgleash:expect=1h"])("nothing is said by %j", (name) => {
    expect(saidBy(null, name)).toBeNull();
  });

  test("whatever is cut off one leaves none that is another duration", () => {
    for (const marker of ["pgleash:expect=90m", "pgleash:expect=100s", "pgleash:expect=12h"])
      for (let length = 1; length < marker.length; length += 1) {
        const said = saidBy(null, marker.slice(0, length));
        expect(said === null || "problem" in said).toBe(true);
      }
  });

  test("a comment comes first, whatever it says", () => {
    const name = "books pgleash:expect=1h";
    expect(saidBy(whole("/* pgleash:expect=5m */ SELECT 1"), name)).toEqual(inComment(300));
    expect(saidBy(whole("/* pgleash:expect=soon */ SELECT 1"), name)).toEqual(malformed);
  });
});
