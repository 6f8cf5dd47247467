import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { passfileRefusal, passwordFor, type PassfileKey } from "../../../src/postgres/secrets/passfile.ts";
import { fuzzRuns } from "../../support/fuzz-runs.ts";

const key: PassfileKey = { host: "db1", port: 5432, database: "shop", user: "app" };

describe("the password of db1:5432:shop:app", () => {
  test.for([
    ["db1:5432:shop:app:p", "p"],
    ["db1:5432:shop:app:p\r\n", "p"],
    ["# a comment\n\ndb1:5432:shop:app:p\n", "p"],
    ["*:*:*:*:p", "p"],
    ["db1:*:*:app:first\n*:*:*:*:second", "first"],
    ["db2:5432:shop:app:other\ndb1:5432:shop:app:p", "p"],
    ["db1:5432:shop:app:", ""],
    ["db1:5432:shop:app:a:b", "a"],
    [String.raw`db1:5432:shop:app:a\:b\\c\d`, String.raw`a:b\cd`],
    ["db1:5432:shop:app:a\\", "a\\"],
    ["db1:5432:shop:app: p ", " p "],
    [String.raw`d\b1:5432:shop:app:p`, "p"],
  ] as const)("in %j is %j", ([text, password]) => {
    expect(passwordFor(text, key)).toBe(password);
  });

  test.for([
    "",
    "db1:5432:shop:app",
    "db1:5432:shop:ap:p",
    "db1:5432:shop:apps:p",
    "db:5432:shop:app:p",
    "db1:5433:shop:app:p",
    "db1:05432:shop:app:p",
    "DB1:5432:shop:app:p",
    " db1:5432:shop:app:p",
    "#db1:5432:shop:app:p",
    "d*:5432:shop:app:p",
    "**:5432:shop:app:p",
    String.raw`\*:5432:shop:app:p`,
    String.raw`db1\:5432:shop:app:p`,
    "localhost:5432:shop:app:p",
  ])("is not in %j", (text) => {
    expect(passwordFor(text, key)).toBeUndefined();
  });
});

test.for([
  ["/var/run/postgresql", "localhost:*:*:*:p"],
  ["/tmp", "localhost:*:*:*:p"],
  ["/srv/sockets", "/srv/sockets:*:*:*:p"],
  ["::1", String.raw`\:\:1:5432:shop:app:p`],
  ["::1", "::1:5432:shop:app:p"],
  ["größe", "größe:*:*:*:p"],
] as const)("for %s is found in %j", ([host, text]) => {
  expect(passwordFor(text, { ...key, host })).toBe("p");
});

test("a socket folder of one's own is not localhost", () => {
  expect(passwordFor("localhost:*:*:*:p", { ...key, host: "/srv/sockets" })).toBeUndefined();
});

function escaped(text: string): string {
  return text.replace(/[:\\]/gu, "\\$&");
}

test("whatever is escaped is found, and comes out as it went in", () => {
  const word = fc.string({ unit: "grapheme", minLength: 1 }).filter((text) => !/[\r\n]|^#/u.test(text));
  fc.assert(
    fc.property(word, fc.nat(65_535), word, word, word, (host, port, database, user, password) => {
      fc.pre(host !== "/tmp");
      const line = [host, String(port), database, user, password].map(escaped).join(":");
      expect(passwordFor(`x:1:y:z:w\n${line}\n`, { host, port, database, user })).toBe(password);
    }),
  );
});

test("any text is read or not, and none throws", () => {
  const text = fc.string({
    unit: fc.constantFrom("*", ":", "\\", "#", "\n", "\r", "a", "db1", "5432"),
    maxLength: 40,
  });
  fc.assert(
    fc.property(text, (given) => {
      expect(["string", "undefined"]).toContain(typeof passwordFor(given, key));
    }),
    { numRuns: fuzzRuns("passfile") },
  );
});

test.for([
  [0o100600, true, undefined],
  [0o100400, true, undefined],
  [0o100640, true, "others than its owner may use it (chmod 0600)"],
  [0o100604, true, "others than its owner may use it (chmod 0600)"],
  [0o100601, true, "others than its owner may use it (chmod 0600)"],
  [0o10600, false, "it is not a plain file"],
] as const)("a file of mode %o (plain: %s) is refused: %s", ([mode, isPlainFile, why]) => {
  expect(passfileRefusal({ mode, isPlainFile })).toBe(why);
});
