import * as fc from "fast-check";
import { expect, test } from "vitest";

import { parseServiceFile } from "../../../src/postgres/naming/service-file.ts";
import { fuzzRuns } from "../../support/fuzz-runs.ts";

const path = "/etc/pg_service.conf";

function given(text: string, line: number): object {
  return { text, origin: { type: "file", path, line } };
}

test.for([
  ["[s]", {}],
  ["[s]\nhost=h", { host: given("h", 2) }],
  [
    "host=ignored\n[r]\nhost=other\n\n[s]\n  host=h  \r\n# port=1\nport=2",
    { host: given("h", 6), port: given("2", 8) },
  ],
  ["[s] and more\nhost=h\n[t]\nport=1\n[s]\nport=2", { host: given("h", 2) }],
  ["[s]\nhost=a\nhost=b", { host: given("a", 2) }],
  [
    "[s]\nhost= h\ndbname=\npassword=a=b # no comment",
    { host: given(" h", 2), dbname: given("", 3), password: given("a=b # no comment", 4) },
  ],
  ["[r]\nnonsense\n[s]\nhost=h", { host: given("h", 4) }],
] as const)("of %j takes the section", ([text, parts]) => {
  expect(parseServiceFile(text, "s", path)).toEqual({ parts });
});

test.for(["", "[t]\nhost=h", "[S]\nhost=h", "[s2]\nhost=h", "host=h"])("%j has no such section", (text) => {
  expect(parseServiceFile(text, "s", path)).toEqual({ parts: undefined });
});

test.for([
  ["[s]\nhost", 2, "expected key=value, got something else"],
  [
    "[s]\nhost =h",
    2,
    "expected a parameter that libpq knows, got another one (write no white space around =)",
  ],
  [
    "[s]\nport=1\nssl=true",
    3,
    "expected a parameter that libpq knows, got another one (write no white space around =)",
  ],
  ["[s]\nservice=t", 2, "expected no service within a service, got one"],
  [
    "[s]\nldap://x/y",
    2,
    "expected key=value, got a look-up in LDAP, which is not supported (write the parameters out)",
  ],
  [`[s]\nhost=${"x".repeat(1017)}`, 2, "expected lines of at most 1021 bytes, got a longer one"],
] as const)("%j is refused in line %i", ([text, line, told]) => {
  const read = parseServiceFile(text, "s", path);
  if (!("complaint" in read)) throw new Error("it was read");
  const { expected, got, hint } = read.complaint;
  expect(`expected ${expected}, got ${got}${hint === undefined ? "" : ` (${hint})`}`).toBe(told);
  expect(read.line).toBe(line);
});

test("any text is read or refused, and none throws", () => {
  const piece = fc.constantFrom("[", "]", "s", "=", "host", "\n", "#", " ", "ldap", "\u0000", "\ud800", "é");
  fc.assert(
    fc.property(fc.string({ unit: piece, maxLength: 60 }), (text) => {
      const read = parseServiceFile(text, "s", path);
      expect("parts" in read || read.complaint.expected !== "").toBe(true);
    }),
    { numRuns: fuzzRuns("serviceFile") },
  );
});
