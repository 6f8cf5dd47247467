import { describe, expect, test } from "vitest";

import type { ConnectionResult } from "../../../src/postgres/naming/connection-settings.ts";
import { connectionsFromEnvironment } from "../../../src/postgres/naming/connections-from-environment.ts";
import { anEnvironment, home } from "../../support/config-text.ts";

type Words = Parameters<typeof anEnvironment>;

/** `user@host:port/database mode password` of each connection, or where its problems are. */
function connections(...words: Words): readonly string[] {
  return connectionsFromEnvironment(anEnvironment(...words)).map(inShort);
}

function inShort(result: ConnectionResult): string {
  if ("problems" in result)
    return result.problems
      .map(({ origin }) => ("variable" in origin ? `!${origin.variable}` : origin.type))
      .join(" ");
  const { addresses, user, password, database, tls } = result.settings;
  const places = addresses.map(({ host, port }) => `${host}:${port}`).join(",");
  const secret = {
    given: "secret",
    file: "path",
    passfile: "path",
    connection_string_file: "path",
    none: "type",
  }[password.type];
  return `${user}@${places}/${database} ${tls.mode} ${Object.getOwnPropertyDescriptor(password, secret)?.value}`;
}

const passfile = `${home}/.pgpass`;

describe("the environment names connections", () => {
  test.for([
    ["nothing", {}, [`dba@localhost:5432/dba prefer ${passfile}`]],
    [
      "empty variables",
      { DATABASE_URL: "", DATA_SOURCE_NAME: "", DATA_SOURCE_URI: "", PGHOST: "" },
      [`dba@localhost:5432/dba prefer ${passfile}`],
    ],
    [
      "variables of libpq",
      { PGHOST: "db1", PGPORT: "6432", PGUSER: "u", PGPASSWORD: "p", PGDATABASE: "d" },
      ["u@db1:6432/d prefer p"],
    ],
    [
      "a URL",
      { DATABASE_URL: "postgres://u:p@h:1/d", PGHOST: "x", DATA_SOURCE_NAME: "host=y" },
      ["u@h:1/d prefer p"],
    ],
    ["pairs", { DATABASE_URL: "user=u host=h1,h2", PGPASSWORD: "p" }, ["u@h1:5432,h2:5432/u prefer p"]],
    [
      "a data source",
      { DATA_SOURCE_NAME: "postgresql://u:p@h:1/d?sslmode=disable", DATA_SOURCE_URI: "x" },
      ["u@h:1/d disable p"],
    ],
    [
      "a data source with the driver's default",
      { DATA_SOURCE_NAME: "user=u password=p host=h" },
      ["u@h:5432/u require p"],
    ],
    [
      "a data source and variables",
      { DATA_SOURCE_NAME: "host=h", PGUSER: "u", PGSSLMODE: "allow" },
      [`u@h:5432/u allow ${passfile}`],
    ],
    [
      "several data sources",
      { DATA_SOURCE_NAME: "host=h1 user=u password=a, postgres://u:b@h2/d?sslmode=disable," },
      ["u@h1:5432/u require a", "u@h2:5432/d disable b"],
    ],
    [
      "a source in parts",
      { DATA_SOURCE_URI: "h:1/d?sslmode=disable", DATA_SOURCE_USER: "u:@/", DATA_SOURCE_PASS: "p@%/" },
      ["u:@/@h:1/d disable p@%/"],
    ],
    ["a source with its user", { DATA_SOURCE_URI: "v:q@h" }, ["v@h:5432/v require q"]],
    [
      "a source with its user behind the ?",
      { DATA_SOURCE_URI: "h/d?user=v", DATA_SOURCE_USER: "u", DATA_SOURCE_PASS: "p" },
      ["v@h:5432/d require p"],
    ],
    [
      "a source whose user and password hold all that means something in a URL",
      { DATA_SOURCE_URI: "h/d", DATA_SOURCE_USER: "a b%41:/?#@", DATA_SOURCE_PASS: "\t%zz@:?#/ü " },
      ["a b%41:/?#@@h:5432/d require \t%zz@:?#/ü "],
    ],
    [
      "no source, but a user, and a host elsewhere",
      { DATA_SOURCE_USER: "u", DATA_SOURCE_PASS: "p", PGHOST: "h" },
      [`dba@h:5432/dba prefer ${passfile}`],
    ],
  ] as const)("%s", ([, variables, told]) => {
    expect(connections(variables)).toEqual(told);
  });

  test("a source in files, which come before the variables", () => {
    const variables = {
      DATA_SOURCE_URI_FILE: "/uri",
      DATA_SOURCE_URI: "no/d",
      DATA_SOURCE_USER_FILE: "/user",
      DATA_SOURCE_USER: "nobody",
      DATA_SOURCE_PASS_FILE: "/pass",
      DATA_SOURCE_PASS: "no",
    };
    expect(connections(variables, { "/uri": "h/d?sslmode=disable\n", "/user": " u\n" })).toEqual([
      "u@h:5432/d disable /pass",
    ]);
  });
});

test.for([
  [{ DATABASE_URL: "hunter2" }, ["!DATABASE_URL"]],
  [{ DATABASE_URL: "postgres://h?sslmode=verify-ca" }, ["!DATABASE_URL"]],
  [{ DATABASE_URL: "host=h", PGPORT: "hunter2" }, ["!PGPORT"]],
  [{ DATA_SOURCE_NAME: "," }, ["!DATA_SOURCE_NAME"]],
  [{ DATA_SOURCE_NAME: "host=h,hunter2" }, ["dba@h:5432/dba require /home/dba/.pgpass", "!DATA_SOURCE_NAME"]],
  [{ DATA_SOURCE_URI: "h:hunter2" }, ["!DATA_SOURCE_URI"]],
  [{ DATA_SOURCE_URI: "v:hunter2@h", DATA_SOURCE_USER: "u" }, ["!DATA_SOURCE_URI"]],
  [{ DATA_SOURCE_URI: "v@h", DATA_SOURCE_PASS: "hunter2" }, ["!DATA_SOURCE_URI"]],
  [{ DATA_SOURCE_URI_FILE: "/gone" }, ["!DATA_SOURCE_URI_FILE"]],
  [{ DATA_SOURCE_URI: "postgres://h:1/hunter2" }, ["!DATA_SOURCE_URI"]],
  [{ DATA_SOURCE_USER: "u", DATA_SOURCE_PASS: "hunter2" }, ["!DATA_SOURCE_USER"]],
  [{ DATA_SOURCE_PASS: "hunter2" }, ["!DATA_SOURCE_PASS"]],
  [{ DATA_SOURCE_PASS_FILE: "/hunter2" }, ["!DATA_SOURCE_PASS_FILE"]],
  [{ DATA_SOURCE_URI: "h", DATA_SOURCE_USER_FILE: "/gone" }, ["!DATA_SOURCE_USER_FILE"]],
] as const)("%j is refused by the name of the variable", ([variables, told]) => {
  expect(connections(variables)).toEqual(told);
  expect(JSON.stringify(connectionsFromEnvironment(anEnvironment(variables)))).not.toContain("hunter2");
});

test.for([
  [{ DATA_SOURCE_URI: "postgres://h:1/d", DATA_SOURCE_USER: "u" }, "write it without postgres://"],
  [{ DATA_SOURCE_URI: " PostgreSQL://h" }, "write it without postgres://"],
  [{ DATA_SOURCE_USER: "u" }, "a user and a password do not say which server is meant"],
] as const)("%j is refused in words", ([variables, hint]) => {
  const [result] = connectionsFromEnvironment(anEnvironment(variables));
  expect(result).toMatchObject({ problems: [{ hint }] });
});

test("a warning names the variable too", () => {
  const [result] = connectionsFromEnvironment(anEnvironment({ DATABASE_URL: "host=h application_name=x" }));
  expect(result).toMatchObject({ warnings: [{ origin: { type: "variable", variable: "DATABASE_URL" } }] });
});
