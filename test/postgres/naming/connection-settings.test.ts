import { describe, expect, test } from "vitest";

import type { Environment } from "../../../src/postgres/naming/connection-environment.ts";
import type { ConnectionParts } from "../../../src/postgres/naming/connection-parts.ts";
import {
  completeConnection,
  type NamedConnection,
} from "../../../src/postgres/naming/connection-settings.ts";
import type { ConnectionSettings, ServerAddress } from "../../../src/postgres/settings.ts";
import { anEnvironment, home } from "../../support/config-text.ts";

const defaults: ConnectionSettings = {
  addresses: [{ host: "localhost", hostAddress: undefined, port: 5432 }],
  order: "as_given",
  sessionAttributes: "any",
  connectTimeoutSeconds: null,
  keepaliveSeconds: 30,
  user: "dba",
  password: { type: "passfile", path: `${home}/.pgpass` },
  database: "dba",
  options: undefined,
  tls: {
    mode: "prefer",
    negotiation: "postgres",
    rootCertificate: undefined,
    revocationList: undefined,
    isCertificateAllowed: true,
    certificate: undefined,
    key: undefined,
    keyPassword: { type: "none" },
    minVersion: "TLSv1.2",
    maxVersion: undefined,
    isNameSent: true,
  },
};

/** The settings, which must come about. */
function settingsOf(named: NamedConnection, environment: Environment = anEnvironment()): ConnectionSettings {
  const result = completeConnection(named, environment);
  if ("settings" in result) return result.settings;
  throw new Error(JSON.stringify(result.problems));
}

/** Where the problems are, and what they are, one line each. */
function problemsOf(parts: ConnectionParts, environment: Environment = anEnvironment()): readonly string[] {
  const result = completeConnection({ parts }, environment);
  if ("settings" in result) return [];
  return result.problems.map(({ origin, expected, got }) => {
    return `${"variable" in origin ? origin.variable : origin.type}: expected ${expected}, got ${got}`;
  });
}

test.for([
  [{}, {}],
  [{ host: "", port: "", user: "", dbname: "", options: "", password: "", passfile: "" }, {}],
  [{ user: "app" }, { user: "app", database: "app" }],
  [
    { user: "app", dbname: "shop" },
    { user: "app", database: "shop" },
  ],
  [{ password: "p" }, { password: { type: "given", secret: "p" } }],
  [{ passfile: "/p" }, { password: { type: "passfile", path: "/p" } }],
  [{ options: "-c x=y" }, { options: "-c x=y" }],
  [
    { target_session_attrs: "prefer-standby", load_balance_hosts: "random" },
    { sessionAttributes: "prefer-standby", order: "random" },
  ],
  [{ connect_timeout: "10" }, { connectTimeoutSeconds: 10 }],
  [{ connect_timeout: "1" }, { connectTimeoutSeconds: 2 }],
  [{ connect_timeout: "0" }, {}],
  [{ connect_timeout: "-5" }, {}],
  [{ keepalives: "0", keepalives_idle: "5" }, { keepaliveSeconds: null }],
  [{ keepalives: "1", keepalives_idle: "5" }, { keepaliveSeconds: 5 }],
] as const)("%j is completed", ([parts, settings]) => {
  expect(settingsOf({ parts })).toEqual({ ...defaults, ...settings });
});

function place(host: string, port: number, hostAddress?: string): ServerAddress {
  return { host, port, hostAddress };
}

describe("places are matched up as libpq does", () => {
  test.for([
    [{ host: "a,b" }, [place("a", 5432), place("b", 5432)]],
    [{ host: "a,b", port: "1" }, [place("a", 1), place("b", 1)]],
    [{ host: "a,b", port: "1,2" }, [place("a", 1), place("b", 2)]],
    [{ host: "a,,c", port: ",2," }, [place("a", 5432), place("localhost", 2), place("c", 5432)]],
    [{ port: " 6432 " }, [place("localhost", 6432)]],
    [{ hostaddr: "::1,127.0.0.1" }, [place("::1", 5432, "::1"), place("127.0.0.1", 5432, "127.0.0.1")]],
    [{ host: "a,b", hostaddr: "127.0.0.1," }, [place("a", 5432, "127.0.0.1"), place("b", 5432)]],
    [{ host: "/tmp,@x", port: "1,2" }, [place("/tmp", 1), place("@x", 2)]],
  ] as const)("%j", ([parts, addresses]) => {
    expect(settingsOf({ parts }).addresses).toEqual(addresses);
  });

  test.for([
    [{ host: "a", hostaddr: "::1,::2" }, "string: expected as many hosts as hostaddrs, got 1 and 2"],
    [{ host: "a,b,c", port: "1,2" }, "string: expected one port, or as many as hosts, got 2 for 3"],
    [{ port: "1,2" }, "string: expected one port, or as many as hosts, got 2 for 1"],
    [
      { host: `/${"x".repeat(93)}` },
      "string: expected a socket whose path has at most 107 bytes, got a longer one",
    ],
  ] as const)("or refused: %j", ([parts, told]) => {
    expect(problemsOf(parts)).toEqual([told]);
  });

  test("up to the longest path of a socket", () => {
    expect(problemsOf({ host: `/${"x".repeat(92)}` })).toEqual([]);
  });
});

describe("a secret comes", () => {
  const given = { parts: { password: "p", sslpassword: "q" } };
  const none: ConnectionSettings["password"] = { type: "none" };

  test.for([
    ["from the string", given, {}, { type: "given", secret: "p" }, { type: "given", secret: "q" }],
    [
      "from the file of the string",
      { ...given, stringFile: "/s" },
      {},
      { type: "connection_string_file", path: "/s", target: {} },
      { type: "connection_string_file", path: "/s", target: {} },
    ],
    [
      "from files of their own",
      { parts: {}, stringFile: "/s", passwordFile: "/p", keyPasswordFile: "/k" },
      { PGPASSWORD: "x" },
      { type: "file", path: "/p" },
      { type: "file", path: "/k" },
    ],
    [
      "from a variable",
      { parts: {}, stringFile: "/s" },
      { PGPASSWORD: "x" },
      { type: "given", secret: "x" },
      none,
    ],
    [
      "from the password file of PGPASSFILE",
      { parts: {} },
      { PGPASSFILE: "/f" },
      { type: "passfile", path: "/f" },
      none,
    ],
    [
      "from a password file rather than an empty password",
      { parts: { password: "" } },
      { PGPASSWORD: "x" },
      { type: "passfile", path: `${home}/.pgpass` },
      none,
    ],
  ] as const)("%s", ([, named, variables, password, keyPassword]) => {
    const settings = settingsOf(named, anEnvironment(variables));
    expect(settings.password).toEqual(password);
    expect(settings.tls.keyPassword).toEqual(keyPassword);
  });

  test("from a service", () => {
    const environment = anEnvironment(
      { PGSERVICE: "s", PGPASSWORD: "x" },
      { [`${home}/.pg_service.conf`]: "[s]\npassword=p" },
    );
    expect(settingsOf({ parts: {} }, environment).password).toEqual({ type: "given", secret: "p" });
  });

  test("from nowhere, where there is no home folder", () => {
    expect(settingsOf({ parts: {} }, { ...anEnvironment(), homeFolder: undefined }).password).toEqual(none);
  });
});

describe("the environment is refused", () => {
  test.for([
    ["PGPORT", "hunter2"],
    ["PGSSLMODE", "hunter2"],
    ["PGSSLMODE", ""],
    ["PGHOST", "a hunter2"],
    ["PGHOSTADDR", "hunter2"],
    ["PGREQUIREAUTH", "hunter2"],
    ["PGTARGETSESSIONATTRS", "hunter2"],
    ["PGCHANNELBINDING", "require"],
  ] as const)("for a bad %s, by its name and without its value", ([variable, value]) => {
    const result = completeConnection({ parts: {} }, anEnvironment({ [variable]: value }));
    expect(result).toEqual({
      problems: [expect.objectContaining({ origin: { type: "variable", variable } })],
    });
    expect(JSON.stringify(result)).not.toContain("hunter2");
  });

  test("but not for a bad variable that the string makes needless", () => {
    expect(problemsOf({ port: "1" }, anEnvironment({ PGPORT: "x" }))).toEqual([]);
  });

  test("for all its problems at once", () => {
    expect(problemsOf({}, anEnvironment({ PGPORT: "x", PGSSLMODE: "y" }))).toHaveLength(2);
  });

  test("when nobody says who connects", () => {
    expect(problemsOf({}, { ...anEnvironment(), osUser: undefined })).toEqual([
      "PGUSER: expected a user, got none",
    ]);
  });

  test("for a bad value in a service file, by its line", () => {
    const files = { [`${home}/.pg_service.conf`]: "[s]\n\nport=x" };
    expect(completeConnection({ parts: { service: "s" } }, anEnvironment({}, files))).toEqual({
      problems: [
        expect.objectContaining({ origin: { type: "file", path: `${home}/.pg_service.conf`, line: 3 } }),
      ],
    });
  });
});

test("what is set aside is told, with where it was said", () => {
  const result = completeConnection(
    { parts: { application_name: "x", keepalives_count: "3", client_encoding: "" } },
    anEnvironment({ PGCLIENTENCODING: "latin1", PGAPPNAME: "y" }),
  );
  expect(result).toEqual({
    settings: defaults,
    warnings: [
      {
        told: "application_name is not used: pgleash sets its own, so that it recognises its sessions",
        origin: { type: "string" },
      },
      {
        told: "keepalives_count is not used: Node.js asks every second, and ten times",
        origin: { type: "string" },
      },
    ],
  });
  expect(completeConnection({ parts: {} }, anEnvironment({ PGAPPNAME: "y" }))).toMatchObject({
    warnings: [{ origin: { type: "variable", variable: "PGAPPNAME" } }],
  });
});
