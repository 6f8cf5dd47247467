import { describe, expect, test } from "vitest";

import { completeConnection, connectionFromEnvironment } from "../../src/postgres/connection-environment.ts";
import type { ConnectionSettings } from "../../src/postgres/settings.ts";
import { anEnvironment } from "../support/config-text.ts";

const defaults: ConnectionSettings = {
  host: "localhost",
  port: 5432,
  user: "dba",
  password: undefined,
  database: "dba",
  sslMode: "prefer",
  sslRootCert: undefined,
};

describe("the environment names a connection", () => {
  test.for([
    [{}, {}],
    [{ PGHOST: "", PGPORT: "", DATABASE_URL: "" }, {}],
    [
      { PGHOST: "db1", PGPORT: "6432", PGDATABASE: "shop" },
      { host: "db1", port: 6432, database: "shop" },
    ],
    [
      { PGUSER: "app", PGPASSWORD: "p" },
      { user: "app", password: "p", database: "app" },
    ],
    [
      { PGUSER: "app", PGDATABASE: "shop" },
      { user: "app", database: "shop" },
    ],
    [
      { PGSSLMODE: "verify-full", PGSSLROOTCERT: "/ca" },
      { sslMode: "verify-full", sslRootCert: "/ca" },
    ],
    [
      { DATABASE_URL: "postgres://u:p@h:1/d" },
      { user: "u", password: "p", host: "h", port: 1, database: "d" },
    ],
    [
      { DATABASE_URL: "postgres://u@h", PGHOST: "x", PGPASSWORD: "p" },
      { user: "u", password: "p", host: "h", database: "u" },
    ],
    [
      { DATABASE_URL: "postgres://h/d", PGUSER: "u", PGPORT: "7" },
      { user: "u", host: "h", port: 7, database: "d" },
    ],
    [
      { PGHOST: "/tmp", PGPORT: "5433", PGSSLMODE: "require" },
      { host: "/tmp", port: 5433, sslMode: "disable" },
    ],
    [{ PGPASSFILE: "/x", PGAPPNAME: "x", PGCONNECT_TIMEOUT: "3", PGOPTIONS: "-c x=y" }, {}],
  ] as const)("%j", ([variables, settings]) => {
    expect(connectionFromEnvironment(anEnvironment(variables))).toEqual({
      settings: { ...defaults, ...settings },
    });
  });
});

describe("TLS is as in libpq", () => {
  test.for([
    [
      { sslmode: "require", sslrootcert: "/ca" },
      { sslMode: "verify-ca", sslRootCert: "/ca" },
    ],
    [{ sslmode: "require" }, { sslMode: "require" }],
    [
      { sslmode: "verify-ca", sslrootcert: "/ca" },
      { sslMode: "verify-ca", sslRootCert: "/ca" },
    ],
    [
      { sslmode: "prefer", sslrootcert: "/ca" },
      { sslMode: "prefer", sslRootCert: "/ca" },
    ],
    [{ sslrootcert: "system" }, { sslMode: "verify-full" }],
    [{ sslmode: "verify-full", sslrootcert: "system" }, { sslMode: "verify-full" }],
    [
      { host: "/tmp", sslmode: "verify-full" },
      { host: "/tmp", sslMode: "disable" },
    ],
  ] as const)("%j", ([parts, settings]) => {
    expect(completeConnection(parts, anEnvironment())).toEqual({ settings: { ...defaults, ...settings } });
  });

  test("the system's authorities are for verify-full only", () => {
    expect(completeConnection({ sslmode: "require", sslrootcert: "system" }, anEnvironment())).toEqual({
      problems: [
        {
          variable: undefined,
          expected: "sslmode=verify-full with sslrootcert=system",
          got: "sslmode=require",
          hint: undefined,
        },
      ],
    });
  });
});

describe("the environment is refused", () => {
  test.for(["PGHOSTADDR", "PGSERVICE", "PGTARGETSESSIONATTRS", "PGSSLCERT", "PGREQUIREAUTH"])(
    "when %s is set, because to ignore it might reach another server",
    (variable) => {
      expect(completeConnection({ host: "h" }, anEnvironment({ [variable]: "x" }))).toEqual({
        problems: [
          {
            variable,
            expected: "no such variable",
            got: "it, which is not supported yet",
            hint: `unset ${variable}`,
          },
        ],
      });
    },
  );

  test.for([
    ["PGPORT", "hunter2"],
    ["PGSSLMODE", "hunter2"],
    ["PGHOST", "a hunter2"],
    ["DATABASE_URL", "hunter2"],
  ] as const)("for a bad %s, by its name and without its value", ([variable, value]) => {
    const result = connectionFromEnvironment(anEnvironment({ [variable]: value }));
    expect(result).toEqual({ problems: [expect.objectContaining({ variable })] });
    expect(JSON.stringify(result)).not.toContain("hunter2");
  });

  test("but not for a bad variable that a URL makes needless", () => {
    expect(completeConnection({ port: "1" }, anEnvironment({ PGPORT: "x" }))).toEqual({
      settings: { ...defaults, port: 1 },
    });
  });

  test("when nobody says who connects", () => {
    expect(connectionFromEnvironment({ variables: {}, osUser: undefined })).toEqual({
      problems: [
        { variable: "PGUSER", expected: "a user", got: "none", hint: "name one in the URL or in PGUSER" },
      ],
    });
  });
});
