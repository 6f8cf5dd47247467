import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { keysOfStatement, redactedStatement } from "../../src/classify/attribution/statement.ts";
import { attributionsOf, unattributed } from "../../src/classify/attribution/remember.ts";
import { markerOf } from "../../src/classify/expect-marker.ts";
import { backendKey } from "../../src/classify/backend-key.ts";
import { isListen, isPlainBegin } from "../../src/classify/statement-kind.ts";
import type { BackendState, StatementText } from "../../src/observe/snapshot.ts";
import { recordedStatement } from "../../src/record/recorded-statement.ts";
import { aBackend } from "../support/a-backend.ts";

const numRuns = process.env["PGLEASH_TIER"] === undefined ? 2000 : 50_000;

function whole(head: string): StatementText {
  return { head, tail: null, isCut: false };
}

function recorded(statement: StatementText, state: BackendState = "idle in transaction"): StatementText {
  const backend = aBackend({ statement, state });
  const attribution = attributionsOf([backend], new Map(), ["shard"]).get(backendKey(backend.id));
  const kept = recordedStatement(backend, attribution ?? unattributed);
  if (kept === null) throw new Error("a statement was lost");
  return kept;
}

/** All that pgleash ever makes of a statement. */
function madeOf(statement: StatementText): readonly unknown[] {
  return [
    redactedStatement(statement),
    [...keysOfStatement(statement, ["shard"])],
    isPlainBegin(statement),
    isListen(statement),
    markerOf({ statement, state: "active", applicationName: null }),
  ];
}

const statements: readonly StatementText[] = [
  whole("BEGIN"),
  whole("begin; -- hunter2"),
  whole("START TRANSACTION ISOLATION LEVEL SERIALIZABLE"),
  whole("BEGIN; UPDATE accounts SET pin = 'hunter2'"),
  whole("/* app */ LISTEN jobs"),
  whole("SELECT * FROM users WHERE name = 'hunter2' AND id IN (4711, 4712) AND balance > -4713.5e3"),
  whole("INSERT INTO t VALUES ('hunter2', 4711), (E'it\\'s hunter2', $1), ($$hunter2$$, 0x4711)"),
  whole("SET app.secret TO hunter2"),
  whole("ALTER ROLE app PASSWORD 'hunter2'"),
  whole('SELECT "Name", t."hunter" FROM t WHERE a = "hunter2"'),
  whole("SELECT 1::text, '4711'::int -- hunter2"),
  whole(`SELECT ${"long_column_name, ".repeat(40)} 'hunter2'`),
  { head: "SELECT 'hunter2", tail: null, isCut: true },
  { head: "BEGIN", tail: null, isCut: true },
  { head: `SELECT '${"hunter2".repeat(600)}`, tail: "hunter2' /*route='/a'*/", isCut: false },
  whole("SELECT 1 /*route='/checkout',controller='it%27s',shard='100%25',other='hunter2'*/"),
  whole("SELECT 1 /*route:/a*b,action:*%2F*/"),
  whole("/* pgleash:expect=1h */ SELECT 'hunter2'"),
  whole("SELECT 1 /*route='/a',pgleash='expect%3D90m'*/"),
  whole("/* pgleash:expect=hunter2 */ SELECT 1"),
  whole("/* pgleash:expect=1h */ SELECT 1 /* pgleash:expect=2h */"),
  whole("/* pgleash:expect=1h */ SELECT 1 /* pgleash:expect=1h */"),
  whole("/* pgleash:hunter2 */ SELECT 1"),
  whole("SELECT 1 -- PGLEASH: expect=hunter2"),
  { head: `SELECT '${"x".repeat(4096)}`, tail: "' /*pgleash='expect=1h'*/", isCut: false },
];

describe("E3, E32: of a statement is kept what judges it the same", () => {
  test.for(statements)("$head", (statement) => {
    const kept = recorded(statement);
    expect(madeOf(kept)).toEqual(madeOf(statement));
    expect(JSON.stringify(kept)).not.toMatch(/hunter2|471\d/);
  });

  test("of one that failed only its kind, and what its comment says: it may not even be SQL", () => {
    const aborted = "idle in transaction (aborted)";
    const failed = whole("SELECT hunter2 oops /*route='/a'*/");
    expect(recorded(failed, aborted)).toEqual({ head: "/*route='%2Fa'*/ ", tail: null, isCut: true });
    expect(madeOf(recorded(failed, aborted)).slice(1)).toEqual(madeOf(failed).slice(1));
    for (const head of ["BEGIN", "LISTEN a"])
      expect(madeOf(recorded(whole(head), aborted)).slice(2)).toEqual(madeOf(whole(head)).slice(2));
  });

  // Shown, the control character is a letter, and the word another one.
  test.for(["BEGIN\u0001", "LISTEN\u0001 a"])("of %j its kind", (head) => {
    expect(madeOf(recorded(whole(head))).slice(1)).toEqual(madeOf(whole(head)).slice(1));
  });

  test("none is none", () => {
    expect(recordedStatement(aBackend({ statement: null }), unattributed)).toBeNull();
  });

  test("half of a character in a comment hurts nobody", () => {
    expect(recorded(whole("SELECT 1 /*route='a\ud800b'*/")).head).toBe("/*route='a%EF%BF%BDb'*/ SELECT ?");
  });

  test.for(["q2", null])("of one that started at %j is not kept what an earlier one said", (queryStart) => {
    const earlier = { queryStart: queryStart === null ? null : "q1", xactStart: "x1" };
    const keys = { commentKeys: new Map([["route", "/a"]]), keysReadIn: earlier };
    const commit = aBackend({ statement: whole("COMMIT"), state: "idle", queryStart, xactStart: null });
    const kept = recordedStatement(commit, { ...unattributed, redactedStatement: "COMMIT", ...keys });
    expect(kept?.head).toBe("COMMIT");
  });

  const words = [
    ..."SELECT BEGIN START TRANSACTION LISTEN SET TO ALTER IN x $1 $1000 $a$ $ 'a' ' E'\\'' U&'x' 1 -1 1.5e3".split(
      " ",
    ),
    ...'" "Q" "q ( ) , ; :: : . + - / * /* */ -- ? … \\ \u0001 \u200b é \ud800'.split(" "),
    "\n",
    " ",
    "/*route='/a',shard='b'*/",
    "/*route=''*/",
    "/*action:%*/",
  ];

  test("whatever it is made of, its kind and its comments stay, and nothing is kept but what is shown of it", () => {
    const texts = fc
      .array(fc.constantFrom(...words), { minLength: 1, maxLength: 12 })
      .chain((parts) => fc.constantFrom("", " ").map((glue) => parts.join(glue)));
    fc.assert(
      fc.property(texts, fc.boolean(), (head, isCut) => {
        const statement = { head, tail: null, isCut };
        const kept = recorded(statement);
        expect(madeOf(kept).slice(1)).toEqual(madeOf(statement).slice(1));
        const text = kept.head.replace(/^\/\*[^*]*\*\/ /, "");
        expect([redactedStatement(statement).replace(/…$/, ""), "BEGIN", "LISTEN", ""]).toContain(text);
      }),
      { numRuns },
    );
  });
});
