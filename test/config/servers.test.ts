import { describe, expect, test } from "vitest";

import { anEnvironment, configOf, home, issuesOf } from "../support/config-text.ts";

/** The file of one server with these keys. */
function fileOf(keys: string): string {
  return `servers: [{ name: a, ${keys} }]`;
}

describe("the connection of a server", () => {
  test.for([
    ["url: 'host=db1 port=6432 user=u'", {}, "u@db1:6432"],
    ["url: 'postgres://u@db1,db2'", {}, "u@db1:5432,db2:5432"],
    ["url_file: /run/url", { "/run/url": "postgres://u:p@db1\n" }, "u@db1:5432"],
    ["url_file: /run/url", { "/run/url": "\nhost=db1\n  user=u\n" }, "u@db1:5432"],
    ["url: 'service=s'", { [`${home}/.pg_service.conf`]: "[s]\nhost=db1\nuser=u" }, "u@db1:5432"],
  ] as const)("may be named by %s", ([keys, files, told]) => {
    const [server] = configOf(fileOf(keys), anEnvironment({}, files)).servers;
    const places = server?.connection.addresses.map(({ host, port }) => `${host}:${port}`);
    expect(`${server?.connection.user}@${places?.join(",")}`).toBe(told);
  });

  test("may have secrets in files, which come before the environment", () => {
    const text = fileOf(
      "url: 'postgres://h', password_file: /run/password, sslpassword_file: /run/sslpassword",
    );
    expect(configOf(text, anEnvironment({ PGPASSWORD: "x" })).servers[0]?.connection).toMatchObject({
      password: { type: "file", path: "/run/password" },
      tls: { keyPassword: { type: "file", path: "/run/sslpassword" } },
    });
  });

  test("has its password read anew where its string is in a file", () => {
    const environment = anEnvironment({}, { "/run/url": "postgres://u:hunter2@h" });
    expect(configOf(fileOf("url_file: /run/url"), environment).servers[0]?.connection.password).toEqual({
      type: "connection_string_file",
      path: "/run/url",
      target: { host: "h", user: "u" },
    });
  });
});

describe("the connection of a server is refused", () => {
  const both = fileOf("url: 'postgres://h', url_file: /run/url");
  const twice = fileOf("url: 'postgres://u:hunter2@h', password_file: /run/password");
  const sslTwice = fileOf("url_file: /run/url, sslpassword_file: /run/password");
  const service = `${home}/.pg_service.conf`;

  test.for([
    [both, {}, "1:53: servers[0].url_file: expected either url or url_file, got both"],
    [
      twice,
      {},
      "1:68: servers[0].password_file: expected either password_file or a password in the url, got both",
    ],
    [
      sslTwice,
      { "/run/url": "sslpassword=hunter2" },
      "1:60: servers[0].sslpassword_file: expected either sslpassword_file or an sslpassword in the url_file, got both",
    ],
    [
      fileOf("url_file: /gone"),
      {},
      "1:32: servers[0].url_file: expected a file that can be read, got no such file",
    ],
    [
      fileOf("url_file: url"),
      {},
      '1:32: servers[0].url_file: expected the absolute path of a file, got "url"',
    ],
    [
      fileOf("url_file: /run/url"),
      { "/run/url": "hunter2" },
      "1:32: servers[0].url_file: expected a URL such as postgres://user@host:5432/database, or key=value pairs such as host=db1 user=pgleash, got something else",
    ],
    [
      fileOf("url: 'sslmode=verify-full'"),
      {},
      "1:27: servers[0].url: expected a root certificate with sslmode=verify-full, got none (write sslrootcert=FILE, or sslrootcert=system for a certificate of a public authority)",
    ],
  ] as const)("%s", ([text, files, told]) => {
    expect(issuesOf(text, anEnvironment({}, files))).toEqual([`pgleash.yml:${told}`]);
  });

  test("with the place in a service file", () => {
    const environment = anEnvironment({}, { [service]: "[s]\n\nport=hunter2" });
    expect(issuesOf(fileOf("url: service=s"), environment)).toEqual([
      `${service}:3:1: expected a port from 1 to 65535, got something else`,
    ]);
  });

  test("with the service file that is not there", () => {
    expect(issuesOf(fileOf("url: service=s"), anEnvironment({ PGSERVICEFILE: "/gone" }))).toEqual([
      "/gone: expected a service file, got no such file",
    ]);
  });
});

describe("what is not used is told of", () => {
  const service = `${home}/.pg_service.conf`;
  const told = "is not used: pgleash sets its own, so that it recognises its sessions";

  test.for([
    [
      fileOf("url: 'host=h application_name=x'"),
      {},
      [`pgleash.yml:1:27: warning: servers[0].url: application_name ${told}`],
    ],
    [
      "servers: [{ name: a, url: 'postgres://h' }, { name: b, url: 'postgres://i' }]",
      { PGAPPNAME: "x" },
      [`environment: warning: PGAPPNAME: application_name ${told}`],
    ],
    [
      "",
      { DATABASE_URL: "postgres://h?fallback_application_name=x" },
      [`environment: warning: DATABASE_URL: fallback_application_name ${told}`],
    ],
    ["", { PGSERVICE: "s" }, [`${service}:2:1: warning: application_name ${told}`]],
    [
      "",
      { DATA_SOURCE_NAME: "postgres://h/a,postgres://h/b" },
      [
        "environment: warning: DATA_SOURCE_NAME: it names a server twice, which is watched once: one look sees every database",
      ],
    ],
    ["", { PGAPPNAME: "" }, []],
  ] as const)("%s with %j", ([text, variables, warnings]) => {
    const environment = anEnvironment(variables, { [service]: "[s]\napplication_name=x" });
    expect(configOf(text, environment).warnings).toEqual(warnings);
  });
});

test("several data sources are several servers, and all their mistakes are told", () => {
  const names = configOf("", anEnvironment({ DATA_SOURCE_NAME: "host=h1,host=h2,host=h1" })).servers.map(
    ({ name }) => name,
  );
  expect(names).toEqual(["h1:5432", "h2:5432"]);
  expect(issuesOf("", anEnvironment({ DATA_SOURCE_NAME: "host=h1,port=x,nonsense=1" }))).toHaveLength(2);
});
