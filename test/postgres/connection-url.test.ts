import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { parseConnectionUrl } from "../../src/postgres/connection-url.ts";

/** The problems of a URL, one line each; empty when it is fine. */
function problemsOf(url: string): readonly string[] {
  const read = parseConnectionUrl(url);
  if ("parts" in read) return [];
  return read.problems.map(({ expected, got, hint }) => {
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
    ["postgres://[::1]:5433/d", { host: "::1", port: "5433", dbname: "d" }],
    ["postgres://[fe80::1%25eth0]", { host: "fe80::1%eth0" }],
    ["postgres:///d?host=/var/run/postgresql", { dbname: "d", host: "/var/run/postgresql" }],
    ["postgres://%2Fvar%2Frun%2Fpostgresql/d", { host: "/var/run/postgresql", dbname: "d" }],
    ["postgres://h1/d1?host=h2&dbname=d2", { host: "h2", dbname: "d2" }],
    ["postgres://h?port=1&user=u&password=p%26q", { host: "h", port: "1", user: "u", password: "p&q" }],
    [
      "postgres://h?sslmode=verify-full&sslrootcert=/a%20b",
      { host: "h", sslmode: "verify-full", sslrootcert: "/a b" },
    ],
    ["postgres://h?", { host: "h" }],
    ["postgres://Jürgen@bücher.example/größe", { user: "Jürgen", host: "bücher.example", dbname: "größe" }],
  ] as const)("%s", ([url, parts]) => {
    expect(parseConnectionUrl(url)).toEqual({ parts });
  });
});

describe("a URL is refused", () => {
  const shape = "expected a URL such as postgres://user@host:5432/database, got something else";
  const port = "expected a port from 1 to 65535, got something else (write / in a password as %2F)";
  const at = "expected at most one @, got more (write @ in a password as %40 and / as %2F)";
  const known = "expected the parameters host, port, user, password, dbname, sslmode, sslrootcert";
  const percent =
    "expected percent-encoding such as %40 for @, got a % that encodes nothing (write % itself as %25)";

  test.for([
    ["", shape],
    ["db1:5432/postgres", shape],
    ["mysql://h/d", shape],
    ["host=h user=u", shape],
    ["postgres://[::1", shape],
    ["postgres://[]/d", shape],
    ["postgres://h:0", port],
    ["postgres://h:65536", port],
    ["postgres://h:5432x", port],
    ["postgres://u:pa/ss@h", at],
    ["postgres://u:p@ss@h", at],
    ["postgres://u:p%zz@h", percent],
    ["postgres://h/%ff", percent],
    ["postgres://h/a%00b", "expected dbname without a zero byte, got one"],
    [
      "postgres://a%20b",
      "expected a host name, an address, or the folder of a Unix socket, got something else",
    ],
    [
      "postgres://h?sslmode=bogus",
      "expected sslmode to be one of disable, prefer, require, verify-ca, verify-full, got something else",
    ],
    [
      "postgres://h?sslmode=allow",
      "expected sslmode to be one of disable, prefer, require, verify-ca, verify-full, got allow, which is not supported (write prefer)",
    ],
    [
      "postgres://h1,h2/d",
      "expected one host, got several, which is not supported yet (list each server by itself)",
    ],
    [
      "postgres://h1:1,h2:2/d",
      "expected one port, got several, which is not supported yet (list each server by itself)",
    ],
    [
      "postgres://h?host=a,b",
      "expected one host, got several, which is not supported yet (list each server by itself)",
    ],
    [
      "postgres://h?application_name=x",
      "expected no parameter application_name, got it (pgleash sets its own, so that it recognises its sessions)",
    ],
    [
      "postgres://h?connect_timeout=3",
      "expected no parameter connect_timeout, got it (set look_timeout in the configuration)",
    ],
    ["postgres://h?ssl=true", "expected no parameter ssl, got it (write sslmode=require)"],
    [
      "postgres://h?database=d",
      "expected no parameter database, got it (write dbname, or the database as the path)",
    ],
    ["postgres://h?whatever=1", `${known}, got an unknown one`],
    ["postgres://h?constructor=1", `${known}, got an unknown one`],
  ] as const)("%s", ([url, problem]) => {
    expect(problemsOf(url)).toEqual([problem]);
  });

  test.for([
    "sslcert",
    "sslkey",
    "target_session_attrs",
    "gssencmode",
    "options",
    "service",
    "passfile",
    "hostaddr",
  ])("by name when it asks for %s, which libpq knows", (name) => {
    expect(problemsOf(`postgres://h?${name}=x`)).toEqual([
      `${known}, got ${name}, which is not supported yet`,
    ]);
  });

  test("for all its problems at once", () => {
    expect(problemsOf("postgres://h:x/d?sslmode=y&sslkey=z&options=-c")).toHaveLength(4);
  });
});

test("no problem repeats any part of the URL that may be the password", () => {
  const secret = "hunter2SECRET";
  const around = fc.string({
    unit: fc.constantFrom("/", "@", ":", "?", "#", "[", "%", "&", "=", ",", " ", "z"),
    maxLength: 6,
  });
  const template = fc.constantFrom(
    "postgres://u:@@h:5432/d?sslmode=prefer",
    "postgres://h/d?password=@@&user=u",
    "postgres://u:@@h:99999/d?sslmode=x&foo=1",
    "postgres://@@",
    "postgres://h?@@=1",
    "postgres://h?sslmode=@@",
    "postgres://h:@@",
    "@@",
  );
  fc.assert(
    fc.property(template, around, around, (text, before, after) => {
      expect(problemsOf(text.replace("@@", () => `${before}${secret}${after}`)).join("\n")).not.toContain(
        secret,
      );
    }),
    { numRuns: 2000 },
  );
});

test("whatever is percent-encoded comes out as it went in", () => {
  const text = fc.string({ unit: "grapheme", minLength: 1 }).filter((value) => !value.includes("\0"));
  fc.assert(
    fc.property(text, text, text, (user, password, dbname) => {
      const url = `postgres://${encodeURIComponent(user)}:${encodeURIComponent(password)}@h/${encodeURIComponent(dbname)}`;
      expect(parseConnectionUrl(url)).toEqual({ parts: { user, password, host: "h", dbname } });
    }),
  );
});
