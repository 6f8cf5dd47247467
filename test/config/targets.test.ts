import { describe, expect, test } from "vitest";

import { formatIssue } from "../../src/config/issue.ts";
import type { ServerConfig } from "../../src/config/config.ts";
import type { Environment } from "../../src/postgres/naming/connection-environment.ts";
import { anEnvironment, configOf } from "../support/config-text.ts";

const place = { source: "/all.yml", position: { line: 3, column: 5 }, path: "[0].targets[0]" };

type Given = {
  readonly template?: string;
  readonly allowed?: string;
  readonly label?: string;
  readonly environment?: Environment;
};

function resolve(text: string, { template = "{}", allowed, label, environment }: Given = {}) {
  const config = configOf(
    `servers_file: /all.yml\nservers_template: ${template}\n${allowed === undefined ? "" : `allowed_hosts: ${allowed}`}`,
    environment ?? anEnvironment(),
  );
  return config.serversFile?.serverOf({ text, label, place }) ?? { issues: [] };
}

function serverOf(text: string, given: Given = {}): ServerConfig {
  const result = resolve(text, given);
  if ("server" in result) return result.server;
  throw new Error(result.issues.map(formatIssue).join("; "));
}

function told(text: string, given: Given = {}): readonly string[] {
  const result = resolve(text, given);
  return "issues" in result ? result.issues.map(formatIssue) : [];
}

describe("a target names a place", () => {
  test.for([
    ["db1:5432", "db1", 5432, "db1:5432"],
    ["db1", "db1", 5432, "db1:5432"],
    ["10.0.0.7:6000", "10.0.0.7", 6000, "10.0.0.7:6000"],
    ["[::1]:5433", "::1", 5433, "[::1]:5433"],
    ["db1:5433/orders?target_session_attrs=any", "db1", 5433, "db1:5433"],
    ["postgres://db1:5433/orders", "db1", 5433, "db1:5433"],
    ["postgresql://db1", "db1", 5432, "db1:5432"],
    ["host=db1 port=5433 dbname=orders", "db1", 5433, "db1:5433"],
    ["port = 5433 host = db1", "db1", 5433, "db1:5433"],
    ["host=/run/postgresql", "/run/postgresql", 5432, "local:5432"],
    ["hostaddr=10.0.0.7", "10.0.0.7", 5432, "10.0.0.7:5432"],
  ] as const)("%j", ([text, host, port, name]) => {
    const server = serverOf(text, { template: "{ url: 'user=watch' }" });
    expect(server.connection.addresses).toMatchObject([{ host, port }]);
    expect(server).toMatchObject({ name, connection: { user: "watch" } });
  });

  test("and is not taken apart where it is longer than any", () => {
    const most = `host=a${" ".repeat(2042)}`;
    expect(told(most)).toEqual([]);
    const tooLong = "/all.yml:3:5: [0].targets[0]: expected a target of at most 2048 characters, got more";
    expect(told(`${most} `)).toEqual([tooLong]);
    expect(told("a,".repeat(500_000))).toEqual([tooLong]);
  });

  test("and more than one where it is a cluster", () => {
    const { name, connection } = serverOf("postgres://db1,db2:5433/?target_session_attrs=primary");
    expect(name).toBe("db1:5432,db2:5433");
    expect(connection.sessionAttributes).toBe("primary");
  });

  test.for(["", "/orders", ":5433", "user=watch", "postgres:///orders?user=a"])(
    "so %j is refused: a variable would lead it to another server",
    (text) => {
      expect(told(text, { environment: anEnvironment({ PGHOST: "elsewhere" }) })).toEqual([
        "/all.yml:3:5: [0].targets[0]: expected host:port, or a connection string that names a host, got no host",
      ]);
    },
  );

  test("that no variable moves, and no service", () => {
    const variables = { PGHOST: "elsewhere", PGHOSTADDR: "10.9.9.9", PGSERVICE: "away" };
    const environment = anEnvironment(variables, {
      "/home/dba/.pg_service.conf": "[away]\nhost=elsewhere\nhostaddr=10.9.9.9\nuser=watch\n",
    });
    const { connection } = serverOf("db1:5432", { environment });
    expect(connection.addresses).toEqual([{ host: "db1", hostAddress: undefined, port: 5432 }]);
    expect(connection.user).toBe("watch");
    expect(serverOf("host=db1 hostaddr=10.0.0.7", { environment }).connection.addresses).toMatchObject([
      { host: "db1", hostAddress: "10.0.0.7" },
    ]);
  });

  test("which may be an address, and is no other host's then", () => {
    const environment = anEnvironment({ PGHOST: "elsewhere" });
    expect(serverOf("hostaddr=10.0.0.7", { environment }).connection.addresses).toEqual([
      { host: "10.0.0.7", hostAddress: "10.0.0.7", port: 5432 },
    ]);
  });

  const rest = "(servers_template says the rest)";
  const keywords = "host, hostaddr, port, dbname, user, target_session_attrs, load_balance_hosts";

  test("and whom to be there, and nothing else", () => {
    const text = "host=db1 port=6 dbname=d user=u target_session_attrs=any load_balance_hosts=random";
    expect(serverOf(text).connection).toMatchObject({ user: "u", database: "d", order: "random" });
  });

  test.for([
    ["postgres://u:s3cret@db1", "password", " (db1)"],
    ["db1?sslrootcert=system", "sslrootcert", " (db1)"],
    ["db1?sslmode=verify-full", "sslmode", " (db1)"],
    ["db1?ssl=true", "sslmode", " (db1)"],
    ["host=db1 passfile=/run/s3cret", "passfile", " (db1)"],
    ["host=db1 service=s3cret", "service", " (db1)"],
    ["service=s3cret", "service", ""],
    ["host=db1 sslcert=/run/s3cret", "sslcert", " (db1)"],
    ["host=db1 sslkey=/run/s3cret", "sslkey", " (db1)"],
    ["host=db1 options='-c a=b'", "options", " (db1)"],
    ["host=db1 connect_timeout=1", "connect_timeout", " (db1)"],
    ["host=@s3cret password=''", "password", ""],
  ] as const)("%j is refused", ([text, keyword, subject]) => {
    expect(told(text)).toEqual([
      `/all.yml:3:5: [0].targets[0]${subject}: expected only ${keywords}, got ${keyword} ${rest}`,
    ]);
  });

  test.for([
    "http://db1:5432",
    "jdbc:postgresql://db1/orders",
    "db1:port",
    "db1:5432:5433",
    "a b",
    "u:p@ss@db1",
  ])("%j is none", (text) => {
    const issues = told(text);
    expect(issues).not.toEqual([]);
    expect(issues.join()).not.toContain("p@ss");
    for (const issue of issues) expect(issue).toMatch(/^\/all[.]yml:3:5: \[0\][.]targets\[0\]: expected /u);
  });
});

describe("what a target leaves open the template says", () => {
  const template =
    "{ url: 'postgres://watch@/postgres?sslmode=verify-full&sslrootcert=system', password_file: /run/p }";

  test("and how it is watched", () => {
    const server = serverOf("db1", { template: "{ every: 3s, look_timeout: 1s, pools: [] }" });
    expect(server).toMatchObject({ schedule: { everySeconds: 3 }, lookTimeoutSeconds: 1 });
  });

  test("with its password file", () => {
    expect(serverOf("db1", { template }).connection).toMatchObject({
      user: "watch",
      database: "postgres",
      password: { type: "file", path: "/run/p" },
      tls: { mode: "verify-full" },
    });
  });

  test("and the environment after it", () => {
    const environment = anEnvironment({ PGUSER: "other", PGPASSWORD: "x", PGSSLMODE: "disable" });
    expect(serverOf("db1", { template: "{ url: 'user=watch' }", environment }).connection).toMatchObject({
      user: "watch",
      password: { type: "given", secret: "x" },
      tls: { mode: "disable" },
    });
  });

  test.for([
    ["postgres://root@db1/", "user"],
    ["db1/orders", "dbname"],
  ] as const)("and %j says otherwise, so it is refused", ([text, keyword]) => {
    expect(told(text, { template })).toEqual([
      `/all.yml:3:5: [0].targets[0] (db1): expected no other ${keyword} than that of servers_template, got another one`,
    ]);
  });

  test("or both say the same", () => {
    expect(serverOf("postgres://watch@db1/postgres", { template }).name).toBe("db1:5432");
  });
});

describe("a server is called", () => {
  test("as its label says, else by its place", () => {
    expect(serverOf("db1", { label: "orders" }).name).toBe("orders");
    expect(serverOf("db1").name).toBe("db1:5432");
  });

  test.for(["a\u202eb", " a", "x".repeat(101)])("not %j", (label) => {
    expect(told("db1", { label })).toEqual([
      "/all.yml:3:5: [0].targets[0]: expected a name of 1 to 100 printable characters, got another one (give it one with the label server)",
    ]);
  });

  test("not by a host of more than 100 characters", () => {
    expect(told(`${"x".repeat(120)}:5432`)).toHaveLength(1);
    expect(serverOf(`${"x".repeat(120)}:5432`, { label: "orders" }).name).toBe("orders");
  });
});

describe("a target names no host but those of allowed_hosts", () => {
  const allowed = "[db1, '*.db.example', 10.1.0.0/16, 'fd00::/8', /run/postgresql]";

  test.for([
    "db1",
    "DB1.:5433",
    "a.db.example,b.c.db.example",
    "10.1.2.3:5433",
    "[fd12::1]",
    "host=db1 hostaddr=10.1.2.3",
    "hostaddr=10.1.2.3",
    "host=/run/postgresql",
  ])("%j may be", (text) => {
    expect(told(text, { allowed })).toEqual([]);
  });

  test.for([
    ["db2", "db2"],
    ["db.example", "db.example"],
    ["evildb.example", "evildb.example"],
    ["a.db.example.evil", "a.db.example.evil"],
    ["db1,evil", "evil"],
    ["10.2.0.1", "10.2.0.1"],
    ["[fe80::1]", "fe80::1"],
    ["host=db1 hostaddr=10.2.0.1", "db1 at 10.2.0.1"],
    ["hostaddr=10.2.0.1", "10.2.0.1"],
    ["host=evil hostaddr=10.1.2.3", "evil at 10.1.2.3"],
    ["host=/tmp/postgresql", "/tmp/postgresql"],
    ["host=/run/postgresql/", "/run/postgresql/"],
    ["host=@db1", "another one"],
    ["host=a\u202eb", "another one"],
  ] as const)("%j may not, and is named where it can be shown", ([text, got]) => {
    expect(told(text, { allowed })).toEqual([
      `/all.yml:3:5: [0].targets[0]: expected only hosts of allowed_hosts, got ${got}`,
    ]);
  });

  test.for([
    ["orders", " (orders)"],
    ["postgres://u:s3cret@db9", ""],
    ["password=s3cret", ""],
  ] as const)(
    "a target that its label calls %j is told by that, unless it may be a secret",
    ([label, subject]) => {
      expect(told("db9", { allowed, label })).toEqual([
        `/all.yml:3:5: [0].targets[0]${subject}: expected only hosts of allowed_hosts, got db9`,
      ]);
    },
  );
});
