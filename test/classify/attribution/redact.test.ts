import { expect, test } from "vitest";

import { redact } from "../../../src/classify/attribution/redact.ts";

const raw = String.raw;

test.for([
  { what: "a string", text: "SELECT * FROM t WHERE a = 'x''y'", shown: "SELECT * FROM t WHERE a = ?" },
  { what: "a number", text: "SELECT 1.5e-3, a1 FROM t LIMIT 0x1F", shown: "SELECT ?, a1 FROM t LIMIT ?" },
  { what: "a negative number", text: "WHERE a = -1 AND b - 2 > - 3", shown: "WHERE a = ? AND b - ? > ?" },
  { what: "a number that touches letters", text: "WHERE id = 1f3a-77", shown: "WHERE id = ?-?" },
  { what: "a dollar quote", text: "DO $body$ BEGIN $$x$$ END $body$;", shown: "DO ?;" },
  { what: "an escape string", text: raw`SELECT E'a\'b', c`, shown: "SELECT ?, c" },
  { what: "a string in parts", text: "SELECT 'a'\n'b' FROM t", shown: "SELECT ? FROM t" },
  {
    what: "a JSON key",
    text: "SELECT a->>'k' FROM t WHERE b ? 'x'",
    shown: "SELECT a->>? FROM t WHERE b ? ?",
  },
  { what: "a password", text: "ALTER ROLE a PASSWORD 'x'", shown: "ALTER ROLE a PASSWORD ?" },
  {
    what: "a bare word that is assigned",
    text: "SET LOCAL a.b TO x, y; SHOW a",
    shown: "SET LOCAL a.b TO ?; SHOW a",
  },
  { what: "a setting of a role", text: 'ALTER ROLE a SET b = "x"', shown: "ALTER ROLE a SET b = ?" },
  { what: "too high a parameter", text: "WHERE a < $1 AND b = $4111", shown: "WHERE a < $1 AND b = ?" },
])("$what becomes a question mark", ({ text, shown }) => {
  expect(redact(text)).toBe(shown);
});

test.for([
  ['WHERE a = "b" AND "c" = 1', 'WHERE a = ? AND "c" = ?'],
  ['WHERE a <> "b" OR a<"c" OR a >= "d"', "WHERE a <> ? OR a<? OR a >= ?"],
  ['WHERE a = /* x */ U&"b"', "WHERE a = ?"],
  ['WHERE a LIKE "b%" OR a NOT ilike "c"', "WHERE a LIKE ? OR a NOT ilike ?"],
  ['WHERE a IN ("b", "c") AND "d" IS NULL', 'WHERE a IN (?) AND "d" IS NULL'],
  ['WHERE a in("b", lower("c")) AND (1, "d") IS NULL', 'WHERE a in(?, lower(?)) AND (?, "d") IS NULL'],
  ['INSERT INTO "t" ("a", "b") VALUES ("c", 1), ("d", 2)', 'INSERT INTO "t" ("a", "b") VALUES (?)'],
  ['UPDATE "t" SET "a" = "b", "c" = $1', 'UPDATE "t" SET "a" = ?, "c" = $1'],
  ['WHERE a = ("b") AND ("c") IS NULL', 'WHERE a = (?) AND ("c") IS NULL'],
  ['WHERE a = ANY (ARRAY["b", lower("c")]) AND "d"', 'WHERE a = ANY (ARRAY[?, lower(?)]) AND "d"'],
  ['WHERE a BETWEEN "b" AND "c" AND "d" IS NULL', 'WHERE a BETWEEN ? AND ? AND "d" IS NULL'],
  ['WHERE a between symmetric f(b) and "c"', "WHERE a between symmetric f(b) and ?"],
  ['ALTER ROLE "a" PASSWORD "b" VALID UNTIL ?', 'ALTER ROLE "a" PASSWORD ? VALID UNTIL ?'],
  ['VALUES ((SELECT "a" FROM f("b")), "c"), ("d")', 'VALUES ((SELECT "a" FROM f("b")), ?), (?)'],
  ['WHERE a IN (VALUES ("b"), ("c")) OR "d"', 'WHERE a IN (VALUES (?)) OR "d"'],
] as const)("in %j a double-quoted text that may be a value is one", ([text, shown]) => {
  expect(redact(text)).toBe(shown);
});

test.for([
  'SELECT "a", ("b"), f("c") FROM "t" AS "x" ORDER BY "a", "b"',
  'JOIN "b" ON "a"."id" = "b"."a_id" AND "s"."a"."x" < "s"."b"."y"',
  'WHERE "a" IN (SELECT "b", "c" FROM "d" WHERE "e" IS NULL)',
  'WHERE (a) IN (SELECT b FROM c), ("d")',
  'VALUES ($1) RETURNING "a", "b"',
  'WHERE a = (SELECT "b" FROM "c" WHERE "d"), ("e")',
  'WHERE a > ANY (SELECT "b", "c") UNION ALL (SELECT "d")',
  'WHERE "a" = ("b"."c") AND "d"["e"] IS NULL',
  'SELECT ARRAY["a", "b"], "c"',
  'SELECT position(a in "b") , "c" ~ "d"',
])("the names of %j stay", (text) => {
  expect(redact(text)).toBe(text);
});

test.for([
  { what: "values", text: "IN (1, 'a', -3, E'b', $4)", shown: "IN (?)" },
  { what: "parameters", text: "IN ($1, $2,$3 )", shown: "IN (?)" },
  { what: "values with casts", text: "IN ('a'::text, 'b'::text)", shown: "IN (?::text)" },
  { what: "array elements", text: "ARRAY[1, 2, 3]::int[]", shown: "ARRAY[?]::int[]" },
  { what: "rows", text: "VALUES (1, 'a'), (2, 'b'), (3, $1) RETURNING id", shown: "VALUES (?) RETURNING id" },
  { what: "rows of parameters", text: "VALUES ($1, $2), ($3, $4)", shown: "VALUES (?)" },
  { what: "values among others", text: "f(1, 2, a, 3)", shown: "f(?, a, ?)" },
])("a list of $what becomes one", ({ text, shown }) => {
  expect(redact(text)).toBe(shown);
});

test.for([
  'SELECT "A ""1"" b", U&"d\\0061t" FROM shop.t1 WHERE a = $1 AND b IS NULL',
  "COPY t FROM STDIN",
  "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE",
  "ALTER TABLE a RENAME TO b",
  "UPDATE t SET a = b, c = $1",
  "autovacuum: VACUUM public.t (to prevent wraparound)",
  "<insufficient privilege>",
  "BEGIN",
  'SELECT "a"."b","c"::text, ("d")',
  "",
])("%j holds no literal and stays as it is", (text) => {
  expect(redact(text)).toBe(text);
});

test("comments and white space only separate", () => {
  expect(redact("\n /* it's */ SELECT/**/a\t-- b\r\n , c /* /* d */ */ ; ")).toBe("SELECT a , c ;");
});

test.for([
  { what: "string", text: "SELECT a, 'b", shown: "SELECT a, ?…" },
  { what: "dollar quote", text: "DO $a$ b $a", shown: "DO ?…" },
  { what: "comment", text: "SELECT a /* b", shown: "SELECT a…" },
  { what: "quoted name", text: 'SELECT a, "b', shown: "SELECT a,…" },
  {
    what: "string that the server may read in two ways",
    text: raw`WHERE a = 'b\' OR c = 'd'`,
    shown: "WHERE a = ?…",
  },
  { what: "dollar quote glued to a word", text: "DO$$ BEGIN END $$", shown: "?…" },
  { what: "quote that is not doubled", text: "WHERE a = 'O'Brien' AND b = c", shown: "WHERE a = ?…" },
  { what: "quote within a name", text: 'WHERE a = "O"Brien" AND b = c', shown: "WHERE a =…" },
])("a $what with no end hides the rest", ({ text, shown }) => {
  expect(redact(text)).toBe(shown);
});

test("what is longer than the bound ends with an ellipsis, after a whole word", () => {
  expect(redact("SELECT alpha, beta", 18)).toBe("SELECT alpha, beta");
  expect(redact("SELECT alpha, beta", 17)).toBe("SELECT alpha,…");
  expect(redact(`SELECT "${"x".repeat(300)}"`)).toBe("SELECT…");
  expect(redact(`SELECT ${"a1,b ".repeat(500)}b`)).toHaveLength(200);
});

test("what steers a terminal does not come out of a name", () => {
  expect(redact('SELECT "a\u001b[2J\u202eb\nc"')).toBe('SELECT "a\ufffd[2J\ufffdb\ufffdc"');
});
