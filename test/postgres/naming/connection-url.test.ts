import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { isConnectionUrl, parseConnectionUrl } from "../../../src/postgres/naming/connection-url.ts";

/** What a URL says, or what is wrong with it, one line each. */
function read(url: string): Readonly<Record<string, string>> | readonly string[] {
  const found = parseConnectionUrl(url);
  if ("pairs" in found) return Object.fromEntries(found.pairs);
  return found.complaints.map(({ expected, got, hint }) => {
    return `expected ${expected}, got ${got}${hint === undefined ? "" : ` (${hint})`}`;
  });
}

describe("a URL is read as libpq reads it", () => {
  test.for([
    ["postgres://", {}],
    ["postgresql://localhost", { host: "localhost" }],
    ["postgres://u@h", { user: "u", host: "h" }],
    ["postgres://u:p@h:6432/d", { user: "u", password: "p", host: "h", port: "6432", dbname: "d" }],
    ["postgres://u:@h", { user: "u", host: "h" }],
    ["postgres://:p@h", { password: "p", host: "h" }],
    ["postgres://h:/", { host: "h" }],
    ["postgres:///d", { dbname: "d" }],
    ["postgres://u%40x:p%2F%3A%25@h/d%2Fe", { user: "u@x", password: "p/:%", host: "h", dbname: "d/e" }],
    ["postgres://u:p?a#b@h", { user: "u", password: "p?a#b", host: "h" }],
    ["postgres://u:a:b@h", { user: "u", password: "a:b", host: "h" }],
    ["postgres://h1,h2/d", { host: "h1,h2", port: ",", dbname: "d" }],
    ["postgres://h1:1,h2:2/d", { host: "h1,h2", port: "1,2", dbname: "d" }],
    ["postgres://h1,[::1]:2,/d", { host: "h1,::1,", port: ",2,", dbname: "d" }],
    ["postgres://,", { host: ",", port: "," }],
    ["postgres://[::1]:5433/d", { host: "::1", port: "5433", dbname: "d" }],
    ["postgres://[fe80::1%25eth0]", { host: "fe80::1%eth0" }],
    ["postgres://[a/b?c,d]/e", { host: "a/b?c,d", dbname: "e" }],
    ["postgres:///d?host=/var/run/postgresql", { dbname: "d", host: "/var/run/postgresql" }],
    ["postgres://%2Fvar%2Frun%2Fpostgresql/d", { host: "/var/run/postgresql", dbname: "d" }],
    ["postgres:///d?host=@abstract", { dbname: "d", host: "@abstract" }],
    ["postgres://h1/d1?host=h2&dbname=d2", { host: "h2", dbname: "d2" }],
    ["postgres://h?port=1&port=2&password=p%26q%3D", { host: "h", port: "2", password: "p&q=" }],
    ["postgres://h?host=&dbname=", { host: "", dbname: "" }],
    ["postgres://h?ssl=true", { host: "h", sslmode: "require" }],
    ["postgres://h?ssl=false", { host: "h", ssl: "false" }],
    ["postgres://h?%68ostaddr=%31", { host: "h", hostaddr: "1" }],
    ["postgres://h?", { host: "h" }],
    ["postgres://h?port=1&", { host: "h", port: "1" }],
    ["postgres://h/d/e?port=1", { host: "h", dbname: "d/e", port: "1" }],
    ["postgres:// h : 1 / d ? sslmode = require ", { host: "h", port: "1", dbname: "d", sslmode: "require" }],
    ["postgres://Jürgen@bücher.example/größe", { user: "Jürgen", host: "bücher.example", dbname: "größe" }],
  ] as const)("%s", ([url, parts]) => {
    expect(read(url)).toEqual(parts);
  });
});

describe("a URL is refused", () => {
  const brackets = "expected an IPv6 address in brackets, such as [::1]:5432, got something else in brackets";
  const at = "expected at most one @, got more (write @ in a password as %40 and / as %2F)";
  const bytes =
    "expected UTF-8 in the percent-encoding, such as %C3%BC for ü, got other bytes (write % itself as %25)";
  const percent =
    "expected percent-encoding such as %40 for @, got a % that encodes nothing (write % itself as %25)";
  const value =
    "expected name=value behind the ?, with & between them, got something else (write = in a value as %3D and & as %26)";
  const blank = "expected no white space, got some (write a blank as %20)";

  test.for([
    ["postgres://[::1", brackets],
    ["postgres://[]/d", brackets],
    ["postgres://[::1]x", brackets],
    ["postgres://h,[::1", brackets],
    ["postgres://u:pa/ss@h", at],
    ["postgres://u:p@ss@h", at],
    ["postgres://u:p@@h", at],
    ["postgres://u:p%zz@h", percent],
    ["postgres://h/%ff", bytes],
    ["postgres://u:p%C3@h/x", bytes],
    ["postgres://u:%ed%a0%80@h/x", bytes],
    ["postgres://h/%f", percent],
    ["postgres://h/%", percent],
    ["postgres://h?%=1", percent],
    ["postgres://h?port", value],
    ["postgres://h?port=1&&user=u", value],
    ["postgres://h?&port=1", value],
    ["postgres://h?port=1=2", value],
    ["postgres://h/a b", blank],
    ["postgres://h?options=-c x", blank],
  ] as const)("%s", ([url, told]) => {
    expect(read(url)).toEqual([told]);
  });

  test("for all its problems at once", () => {
    expect(read("postgres://u:%@h/%zz?a&b c=1")).toEqual([percent, percent, value, blank]);
  });
});

test.for([
  ["postgres://", true],
  ["postgresql://h", true],
  ["POSTGRES://h", false],
  ["postgres:/h", false],
  [" postgres://h", false],
  ["mysql://h", false],
  ["host=postgres://h", false],
] as const)("whether %j is a URL: %s", ([text, isUrl]) => {
  expect(isConnectionUrl(text)).toBe(isUrl);
});

test("whatever is percent-encoded comes out as it went in", () => {
  const text = fc.string({ unit: "grapheme", minLength: 1 });
  fc.assert(
    fc.property(text, text, text, text, (user, password, dbname, options) => {
      const [u, p, d, o] = [user, password, dbname, options].map(encodeURIComponent);
      expect(read(`postgres://${u}:${p}@h/${d}?options=${o}`)).toEqual({
        user,
        password,
        host: "h",
        dbname,
        options,
      });
    }),
  );
});
