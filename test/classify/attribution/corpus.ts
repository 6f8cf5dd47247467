/** A statement, and what nobody may read in its redaction. */
export type SecretStatement = { readonly text: string; readonly secrets: readonly string[] };

/** How a value stands in a statement: `write` takes the secret and gives the literal. */
type LiteralKind = {
  readonly name: string;
  readonly secret: (n: number) => string;
  readonly write: (secret: string) => string;
};

/** Unlike anything that is no secret; the first four characters of each are enough to give it away. */
const word = (n: number): string => `Zq7x${n.toString(36)}Kw`;
const digits = (n: number): string => `7349${String(n).padStart(4, "0")}`;
const hex = (n: number): string => `7fe9${n.toString(16).padStart(4, "0")}`;
const bits = (n: number): string => `1101001${n.toString(2)}`;

const raw = String.raw;

const words: readonly (readonly [string, (secret: string) => string])[] = [
  ["plain", (s) => `'${s}'`],
  ["doubled quote before", (s) => `'it''s ${s}'`],
  ["doubled quotes around", (s) => `'''${s}'''`],
  ["doubled quote within", (s) => `'a''${s}''b'`],
  ["double quote within", (s) => `'"${s}"'`],
  ["comment marks within", (s) => `'/* -- ${s} */'`],
  ["closing comment mark within", (s) => `'*/ ${s} /*'`],
  ["dollars within", (s) => `'$$ $1 $a$ ${s}'`],
  ["line feeds within", (s) => `'line\n-- ${s}\r\nline'`],
  ["even backslashes", (s) => raw`'C:\\${s}\\'`],
  ["backslash before a letter", (s) => raw`'\d+${s}\.'`],
  ["backslash before the quote, string goes on", (s) => raw`'it\'s ${s}'`],
  ["backslash before the quote, string ends", (s) => raw`'C:\' || '${s}'`],
  ["backslash and doubled quote", (s) => raw`'a\'', '${s}'`],
  ["backslash and doubled quote, twice", (s) => raw`'a\'' ${s} \''`],
  ["three backslashes", (s) => raw`'a\\\' ${s}'`],
  ["escape string", (s) => `E'${s}'`],
  ["escape string, escaped quote", (s) => raw`E'it\'s ${s}'`],
  ["escape string, even backslashes", (s) => raw`E'\\' || '${s}'`],
  ["escape string, doubled quote", (s) => raw`e'a''\\\'${s}'`],
  ["escape string, code points", (s) => raw`E'\x41\101é\n${s}'`],
  ["Unicode string", (s) => raw`U&'\0061${s}'`],
  ["Unicode string, own escape", (s) => `u&'!0061${s}''x' UESCAPE '!'`],
  ["national string", (s) => `N'${s}'`],
  ["string in two parts", (s) => `'a'\n  '${s}'`],
  ["escape string in two parts", (s) => raw`E'a' -- it's` + "\n" + raw`  'b\'${s}'`],
  ["dollar quote", (s) => `$$${s}$$`],
  ["dollar quote, quotes within", (s) => `$$it's "${s}$$`],
  ["tagged dollar quote", (s) => `$tag$${s}$tag$`],
  ["dollar quote within a dollar quote", (s) => `$a$ $b$ ${s} $b$ $$ ${s} $a$`],
  ["dollar quote with a tag in Unicode", (s) => `$ключ_1$${s}$ключ_1$`],
  ["dollar quote, half a tag within", (s) => `$a$ $a ${s} a$ $a$`],
  ["letters beyond ASCII", (s) => `'Größe ${s} 注文 👍🏽'`],
  ["JSON", (s) => `'{"key": ["it''s", "${s}", 7.5]}'::jsonb`],
  ["array literal", (s) => `'{"a","${s}"}'::text[]`],
  ["array", (s) => `ARRAY['a', '${s}', E'\\'${s}']`],
  ["cast", (s) => `CAST('${s}' AS varchar(20))`],
  ["typed", (s) => `interval '${s}' day`],
  ["after a line comment with a quote", (s) => `-- don't\n'${s}'`],
  ["after a comment with a quote", (s) => `/* it's /* nested ' */ */'${s}'`],
  ["after a name with a quote", (s) => `"it's""x" || '${s}'`],
  ["after a Unicode name", (s) => `U&"d\\0061'" || '${s}'`],
  ["in a line comment", (s) => `1 -- password ${s}\n`],
  ["in a comment", (s) => `1 /* password='${s}' */`],
  ["in a nested comment", (s) => `1 /* a /* b */ ${s} */`],
  ["after JSON operators", (s) => `data->>'key' || (data#>>'{a,b}') || '${s}'`],
  ["after a JSON question mark", (s) => `(data ? 'key' AND data ?| array['${s}'])`],
  ["after a word with a dollar", (s) => `sys$id || '${s}'`],
  ["dollar quote that lacks its space", (s) => `AS$$ 'x $$ ${s} $$`],
  ["after a parameter", (s) => `$1||'${s}'`],
  ["number that runs into letters", (s) => `550e${s}`],
  ["quote not doubled, before", (s) => `'it's ${s}'`],
  ["quote not doubled, right before", (s) => `'O'${s}'`],
  ["quote not doubled, behind", (s) => `'${s}'s'`],
  ["quote not doubled, twice", (s) => `'rock 'n' ${s}'`],
  ["quote not doubled, in an escape string", (s) => raw`E'it's \n${s}'`],
  ["quotes within that are not doubled", (s) => `'say 'hello' to "${s}"'`],
  ["double quotes at the quotes", (s) => `'a'"${s}"'b'`],
  ["dollar quote within itself", (s) => `$a$x$a$${s}$a$`],
];

const kinds: readonly LiteralKind[] = [
  ...words.map(([name, write]) => ({ name, secret: word, write })),
  { name: "integer", secret: digits, write: (s) => s },
  { name: "negative", secret: digits, write: (s) => `-${s}` },
  { name: "decimal", secret: digits, write: (s) => `${s}.25` },
  { name: "after the point", secret: digits, write: (s) => `.${s}` },
  { name: "before the point", secret: digits, write: (s) => `${s}.` },
  { name: "exponent", secret: digits, write: (s) => `${s}e10` },
  { name: "in the exponent", secret: digits, write: (s) => `1.5E-${s}` },
  { name: "grouped", secret: digits, write: (s) => `1_${s}_000` },
  { name: "hexadecimal", secret: hex, write: (s) => `0x${s}` },
  { name: "octal", secret: digits, write: (s) => `0o${s}` },
  { name: "binary", secret: bits, write: (s) => `0b${s}` },
  { name: "bit string", secret: bits, write: (s) => `B'${s}'` },
  { name: "hexadecimal string", secret: hex, write: (s) => `X'${s}'` },
  { name: "range", secret: digits, write: (s) => `arr[${s}:${s}]` },
  { name: "money", secret: digits, write: (s) => `$${s}` },
  { name: "touching operators", secret: digits, write: (s) => `a1+${s}*-${s}` },
  { name: "touching a keyword", secret: digits, write: (s) => `${s}AND` },
];

const templates: readonly ((literal: string) => string)[] = [
  (l) => `SELECT * FROM t1 WHERE a2 = ${l} AND b IS NOT NULL`,
  (l) => `SELECT ${l} AS "Name 1", count(*) FROM shop.orders o GROUP BY 1`,
  (l) => `INSERT INTO t (a, b) VALUES (1, ${l}), (2, ${l}) RETURNING id /*route='%2Fx'*/`,
  (l) => `UPDATE t SET a = ${l}, b = b - 1 WHERE id IN (1, ${l}, $2)`,
  (l) => `/*application:Shop*/ SELECT f(x, ${l}) FROM generate_series(1, 10) AS s(x) LIMIT 5`,
  (l) => `WITH q AS (SELECT ${l}) DELETE FROM t USING q WHERE t.a->>'k' = ${l}; COMMIT`,
];

const whole: readonly ((s: string) => string)[] = [
  (s) => `SET app.token = '${s}'`,
  (s) => `SET LOCAL app.token TO ${s}`,
  (s) => `set session app.token = "${s}"`,
  (s) => `SET app.a = ${s}, ${s}; SELECT 1`,
  (s) => `BEGIN; SET app.a = ${s}`,
  (s) => `ALTER ROLE app SET my.token TO ${s}`,
  (s) => `ALTER SYSTEM SET primary_conninfo = 'host=a password=${s}'`,
  (s) => `ALTER ROLE app PASSWORD '${s}' VALID UNTIL '${s}'`,
  (s) => `CREATE USER app WITH ENCRYPTED PASSWORD '${s}' IN ROLE other`,
  (s) => `CREATE ROLE app LOGIN PASSWORD E'${s}'`,
  (s) => `CREATE USER MAPPING FOR app SERVER s OPTIONS (user 'app', password '${s}')`,
  (s) => `CREATE SUBSCRIPTION s CONNECTION 'host=a password=${s}' PUBLICATION p`,
  (s) => `DO $$ BEGIN PERFORM '${s}'; END $$`,
  (s) => `DO LANGUAGE plpgsql $body$ DECLARE x text := $q$${s}$q$; BEGIN END $body$;`,
  (s) => `CREATE FUNCTION f() RETURNS text LANGUAGE sql AS $f$ SELECT $$${s}$$ $f$ STABLE`,
  (s) => `CREATE FUNCTION f() RETURNS text AS 'SELECT ''${s}''' LANGUAGE sql`,
  (s) => `CREATE FUNCTION f() RETURNS text BEGIN ATOMIC SELECT '${s}'; END`,
  (s) => `COPY t FROM PROGRAM 'curl -H "Token: ${s}" a' WITH (FORMAT csv, DELIMITER ';')`,
  (s) => `COPY (SELECT * FROM t WHERE a = '${s}') TO STDOUT`,
  (s) => `COMMENT ON TABLE t IS '${s}'`,
  (s) => `NOTIFY channel, '${s}'`,
  (s) => `EXECUTE stmt(1, '${s}', NULL)`,
  (s) => `PREPARE stmt(text) AS SELECT $1 || '${s}'`,
  (s) => `CALL shop.charge(card => '${s}', amount => 9.99)`,
  (s) => `PREPARE TRANSACTION '${s}'`,
  (s) => `SELECT set_config('app.user', '${s}', true)`,
  (s) => `SELECT * FROM t WHERE path LIKE '%\\%' ESCAPE '\\' AND a = '${s}'`,
  (s) => `SELECT "a""b", "Zürich", U&"d\\0061t" FROM "t 1" WHERE "c'" = '${s}' AND "d" = $$'${s}$$`,
  (s) => `SELECT * FROM t WHERE a = "${s}" AND b LIKE "%${s}%"`,
  (s) => `SELECT * FROM t WHERE a<>"${s}" OR a >= "it's ${s}" OR a < "${s}"`,
  (s) => `SELECT * FROM t WHERE a IN ("x", "${s}", lower("${s}"), ("${s}"))`,
  (s) => `INSERT INTO t (a, b) VALUES (1, "${s}"), ("${s}", now()), (f(1, "${s}"), 2)`,
  (s) => `UPDATE t SET a="${s}", b = "a ""${s}""" WHERE c = "O"${s}"`,
  (s) => `SELECT "unfinished ${s}`,
  (s) => `SELECT U&"unfinished ${s}`,
  (s) => `SELECT '${s}`,
  (s) => `SELECT $a$${s}`,
  (s) => `SELECT 1 /* ${s}`,
  (s) => `\ufffd\ufffd SELECT '\ufffd${s}\ufffd'`,
];

/** Every kind of literal in every template, and statements that hold a secret in a place of their own. */
export const corpus: readonly SecretStatement[] = [
  ...templates.flatMap((template, t) =>
    kinds.map(({ secret, write }, k) => {
      const value = secret(1000 + t * kinds.length + k);
      return { text: template(write(value)), secrets: [value] };
    }),
  ),
  ...whole.map((template, n) => ({ text: template(word(40 + n)), secrets: [word(40 + n)] })),
];
