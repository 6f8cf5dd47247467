import * as fc from "fast-check";
import { expect, test } from "vitest";

import { shownConnection } from "../../src/config/shown-connection.ts";
import { serverConnection } from "../../src/config/server-connection.ts";
import { completeConnection, type NamedConnection } from "../../src/postgres/naming/connection-settings.ts";
import { parseConnectionString } from "../../src/postgres/naming/connection-string.ts";
import type { ConnectionParts } from "../../src/postgres/naming/connection-parts.ts";
import type { ConnectionSettings } from "../../src/postgres/settings.ts";
import { targetSessionAttributes, sslModes } from "../../src/postgres/settings.ts";
import { anEnvironment, home } from "../support/config-text.ts";

const passfile = `passfile=${home}/.pgpass`;

/** The settings, which must come about. */
function settingsOf(
  named: NamedConnection,
  variables: Readonly<Record<string, string>> = {},
): ConnectionSettings {
  const result = completeConnection(named, anEnvironment(variables));
  if ("settings" in result) return result.settings;
  throw new Error(JSON.stringify(result.problems));
}

test.for([
  ["host=h", `postgres://dba@h:5432/dba?${passfile}&sslmode=prefer`],
  [
    "host=h password=s3cret sslpassword=s3cret",
    "postgres://dba:***@h:5432/dba?sslmode=prefer&sslpassword=***",
  ],
  [
    "host=h1,::1,fe80::1%eth0 port=1,,3 passfile=/p",
    "postgres://dba@h1:1,[::1]:5432,[fe80::1%25eth0]:3/dba?passfile=/p&sslmode=prefer",
  ],
  [
    "host=/tmp,@x user=a@b dbname=c/d passfile='/p &=?#'",
    "postgres://a%40b@%2Ftmp:5432,%40x:5432/c%2Fd?passfile=/p%20%26%3D%3F%23&sslmode=prefer",
  ],
  [
    "host=h hostaddr=::1 sslrootcert=system passfile=/p",
    "postgres://dba@h:5432/dba?hostaddr=::1&passfile=/p&sslmode=verify-full&sslrootcert=system",
  ],
  [
    "host=h sslcertmode=disable sslcert=/c passfile=/p",
    "postgres://dba@h:5432/dba?passfile=/p&sslmode=prefer&sslcertmode=disable",
  ],
  [
    "host=h target_session_attrs=primary load_balance_hosts=random connect_timeout=1 keepalives_idle=5 options='-c a=b' passfile=/p",
    "postgres://dba@h:5432/dba?target_session_attrs=primary&load_balance_hosts=random&connect_timeout=2&keepalives_idle=5&options=-c%20a%3Db&passfile=/p&sslmode=prefer",
  ],
  [
    "host=h keepalives=0 sslmode=require sslrootcert=/r sslcrl=/l sslcert=/c sslkey=/k sslsni=0 sslnegotiation=direct ssl_min_protocol_version='' ssl_max_protocol_version=TLSv1.2 passfile=/p",
    "postgres://dba@h:5432/dba?keepalives=0&passfile=/p&sslmode=verify-ca&sslnegotiation=direct&sslrootcert=/r&sslcrl=/l&sslcert=/c&sslkey=/k&ssl_min_protocol_version=&ssl_max_protocol_version=TLSv1.2&sslsni=0",
  ],
] as const)("%s", ([text, url]) => {
  const read = parseConnectionString(text);
  if (!("parts" in read)) throw new Error(JSON.stringify(read));
  expect(shownConnection(settingsOf({ parts: read.parts }))).toEqual({ keys: { url }, comment: undefined });
});

test("a secret in a file is shown by its file", () => {
  const named = { parts: {}, passwordFile: "/p", keyPasswordFile: "/k" };
  expect(shownConnection(settingsOf(named)).keys).toEqual({
    url: "postgres://dba@localhost:5432/dba?sslmode=prefer",
    password_file: "/p",
    sslpassword_file: "/k",
  });
});

test("a string in a file is shown by its file, with what it says beside it", () => {
  expect(shownConnection(settingsOf({ parts: { password: "s3cret" }, stringFile: "/s" }))).toEqual({
    keys: { url_file: "/s" },
    comment: "postgres://dba:***@localhost:5432/dba?sslmode=prefer",
  });
});

test("what is shown needs no environment, and is the same connection", () => {
  const word = fc
    .string({ unit: "grapheme-composite", minLength: 1, maxLength: 8 })
    .filter((text) => !/[\0\p{Cs}]/u.test(text));
  const path = word.map((text) => `/${text}`);
  const host = fc.oneof(
    fc.domain(),
    fc.ipV4(),
    fc.ipV6(),
    path.filter((text) => !text.includes(",")),
    fc.constant("@x"),
  );
  const hosts = fc.array(fc.tuple(host, fc.integer({ min: 1, max: 65_535 })), { minLength: 1, maxLength: 3 });
  const parts: fc.Arbitrary<ConnectionParts> = fc
    .record(
      {
        places: hosts,
        user: word,
        password: word,
        dbname: word,
        options: word,
        passfile: path,
        sslmode: fc.constantFrom(...sslModes),
        sslrootcert: path,
        sslcrl: path,
        sslcert: path,
        sslcertmode: fc.constantFrom("allow", "disable"),
        sslkey: path.filter((text) => !text.includes(":")),
        sslpassword: word,
        sslsni: fc.constantFrom("0", "1"),
        ssl_min_protocol_version: fc.constantFrom("", "TLSv1", "tlsv1.2"),
        ssl_max_protocol_version: fc.constantFrom("", "TLSv1.2", "TLSv1.3"),
        target_session_attrs: fc.constantFrom(...targetSessionAttributes),
        load_balance_hosts: fc.constantFrom("disable", "random"),
        connect_timeout: fc.integer({ min: -1, max: 100 }).map(String),
        keepalives: fc.constantFrom("0", "1"),
        keepalives_idle: fc.integer({ min: 1, max: 100 }).map(String),
      },
      { requiredKeys: ["places", "sslrootcert"] },
    )
    .map(({ places, ...rest }) => {
      return {
        ...rest,
        host: places.map(([name]) => name).join(","),
        port: places.map(([, port]) => port).join(","),
      };
    });
  fc.assert(
    fc.property(parts, (given) => {
      const files = { [given.sslrootcert ?? ""]: "root", [`${home}/.postgresql/postgresql.crt`]: "own" };
      const before = completeConnection({ parts: given }, anEnvironment({}, files));
      if ("problems" in before) throw new Error(JSON.stringify(before.problems));
      const { url = "" } = shownConnection(before.settings).keys;
      const secret = encodeURIComponent(given.password ?? "");
      const restored = url
        .replace(":***@", () => `:${secret}@`)
        .replace("sslpassword=***", () => `sslpassword=${encodeURIComponent(given.sslpassword ?? "")}`);
      const read = parseConnectionString(restored);
      if ("complaints" in read) throw new Error(`${restored}: ${JSON.stringify(read.complaints)}`);
      expect(serverConnection({ url: read.parts }, anEnvironment({}, files))).toMatchObject({
        settings: before.settings,
      });
    }),
    { numRuns: 1000 },
  );
});
