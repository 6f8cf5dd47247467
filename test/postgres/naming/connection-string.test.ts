import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { connectionParameters } from "../../../src/postgres/naming/connection-parameters.ts";
import { parseConnectionString } from "../../../src/postgres/naming/connection-string.ts";
import { fuzzRuns } from "../../support/fuzz-runs.ts";

/** The problems of a connection string, one line each; empty when it is fine. */
function problemsOf(text: string): readonly string[] {
  const read = parseConnectionString(text);
  if ("parts" in read) return [];
  return read.complaints.map(({ expected, got, hint }) => {
    return `expected ${expected}, got ${got}${hint === undefined ? "" : ` (${hint})`}`;
  });
}

test.for([
  [
    "postgres://u@h:1/d?sslmode=require",
    { user: "u", host: "h", port: "1", dbname: "d", sslmode: "require" },
  ],
  ["user=u host=h port=1 dbname='d'", { user: "u", host: "h", port: "1", dbname: "d" }],
  ["\n postgres://h \n", { host: "h" }],
  ["\n host=h\n", { host: "h" }],
  ["host=a host=b", { host: "b" }],
  ["host='' port=", { host: "", port: "" }],
  ["host=/tmp,@x,h,::1,, port=1,,3,4,5", { host: "/tmp,@x,h,::1,,", port: "1,,3,4,5" }],
  ["dbname='host=other'", { dbname: "host=other" }],
  ["dbname=postgres://other", { dbname: "postgres://other" }],
  ["requiressl=1", { sslmode: "require" }],
  ["sslmode=disable requiressl=0", { sslmode: "prefer" }],
  ["host=h require_auth='' sslcrldir=''", { host: "h", require_auth: "", sslcrldir: "" }],
  ["port=' +5432\t'", { port: " +5432\t" }],
] as const)("%j is read", ([text, parts]) => {
  expect(parseConnectionString(text)).toEqual({ parts });
});

describe("a connection string is refused", () => {
  const shape =
    "expected a URL such as postgres://user@host:5432/database, or key=value pairs such as host=db1 user=pgleash";
  const known =
    "expected parameters out of service, user, password, passfile, connect_timeout, dbname, host, hostaddr, port, options, keepalives, keepalives_idle, sslmode, sslnegotiation, sslcert, sslkey, sslcertmode, sslpassword, sslrootcert, sslcrl, sslsni, ssl_min_protocol_version, ssl_max_protocol_version, target_session_attrs, load_balance_hosts, got an unknown one";
  const port = "expected a port from 1 to 65535, got something else";
  const host = "expected a host name, an address, or the folder of a Unix socket, got something else";
  const modes = "expected sslmode to be one of disable, allow, prefer, require, verify-ca, verify-full";

  test.for([
    ["", `${shape}, got nothing`],
    [" \n", `${shape}, got nothing`],
    ["db1:5432/postgres", `${shape}, got something else`],
    ["mysql://h/d", `${shape}, got something else`],
    ["mysql://h/d?a=b", `${shape}, got something else`],
    ["Postgres://h/d?a=b", `${shape}, got something else`],
    [
      "host=h user",
      "expected key=value pairs such as host=db1 user=pgleash, got a word without = (put a value with white space in single quotes)",
    ],
    ["whatever=1", known],
    ["constructor=1", known],
    ["Host=h", `${known} (did you mean host?)`],
    ["ssl_mode=require", `${known} (did you mean sslmode?)`],
    ["sslrootcrt=/x", `${known} (did you mean sslrootcert?)`],
    ["ssl=true", `${known} (write sslmode=require)`],
    ["postgres://h?ssl=false", `${known} (write sslmode=require)`],
    ["postgres://h?database=d", `${known} (write dbname)`],
    ["username=u", `${known} (write user)`],
    ["host=a\0b", "expected host without a zero byte, got one"],
    ["user='\ud800'", "expected user to be text, got half a character"],
    ["host='a b'", host],
    ["host=a,b/c", host],
    ["host=p@ss", host],
    ["hostaddr=localhost", "expected hostaddr to be an IPv4 or IPv6 address, got something else"],
    ["port=0", port],
    ["port=65536", port],
    ["port=5432x", port],
    ["port=1,x", port],
    ["postgres://h:5432x", port],
    ["postgres://u@h:5432x/d", port],
    ["postgres://u:p/w?options=b@h", `${port} (write / in a password as %2F)`],
    ["sslmode=bogus", `${modes}, got something else`],
    ["sslmode=REQUIRE", `${modes}, got something else`],
    ["sslmode=", `${modes}, got nothing`],
    ["connect_timeout=1s", "expected connect_timeout to be a whole number of seconds, got something else"],
    [
      "connect_timeout=2147483648",
      "expected connect_timeout to be a whole number of seconds, got something else",
    ],
    ["keepalives=yes", "expected keepalives to be 0 or 1, got something else"],
    ["keepalives_idle=0", "expected keepalives_idle to be from 1 to 32767 seconds, got something else"],
    [
      "target_session_attrs=master",
      "expected target_session_attrs to be one of any, read-write, read-only, primary, standby, prefer-standby, got something else",
    ],
    [
      "load_balance_hosts=yes",
      "expected load_balance_hosts to be one of disable, random, got something else",
    ],
    ["sslnegotiation=tls", "expected sslnegotiation to be one of postgres, direct, got something else"],
    [
      "ssl_min_protocol_version=1.2",
      "expected ssl_min_protocol_version to be one of TLSv1, TLSv1.1, TLSv1.2, TLSv1.3, got something else",
    ],
    [
      "sslkey=pkcs11:x",
      "expected sslkey to be a file, got something else (keys in a hardware engine are not supported)",
    ],
    [
      "sslcertmode=require",
      "expected sslcertmode to be one of disable, allow, got require, which is not supported (leave it out: the server decides whether it wants a certificate)",
    ],
    [
      "channel_binding=require",
      "expected channel_binding to be one of disable, prefer, got require, which is not supported (leave it out, and use sslmode=verify-full: it too keeps others from between us and the server)",
    ],
    [
      "gssencmode=require",
      "expected gssencmode to be one of disable, prefer, got require, which is not supported (pgleash has no Kerberos: write gssencmode=disable, and use sslmode=verify-full)",
    ],
    [
      "gssdelegation=1",
      "expected gssdelegation to be one of 0, got 1, which is not supported (pgleash has no Kerberos: leave it out)",
    ],
    [
      "min_protocol_version=3.2",
      "expected min_protocol_version to be one of 3.0, got 3.2, which is not supported (pgleash speaks 3.0, which every server knows)",
    ],
    [
      "tcp_user_timeout=1000",
      "expected tcp_user_timeout=0, got something else (leave it out: look_timeout bounds every wait for the server)",
    ],
    [
      "tcp_user_timeout=never",
      "expected tcp_user_timeout=0, got something else (leave it out: look_timeout bounds every wait for the server)",
    ],
    [
      "require_auth=scram-sha-256",
      "expected no require_auth, got it, which is not supported (leave it out, and use sslmode=verify-full so that nobody else can ask for the password)",
    ],
  ] as const)("%j", ([text, told]) => {
    expect(problemsOf(text)).toEqual([told]);
  });

  test("for all its problems at once", () => {
    expect(problemsOf("port=x sslmode=y requirepeer=z nonsense=1 replication=true")).toHaveLength(5);
  });

  test("and a very long list of them is cut", () => {
    expect(problemsOf("a=1 ".repeat(1000))).toHaveLength(20);
  });

  test("and no more of them are looked for", () => {
    const start = performance.now();
    expect(problemsOf(`host=a ${"x=1 ".repeat(100_000)}`)).toHaveLength(20);
    expect(performance.now() - start).toBeLessThan(500);
  });

  test("for more hosts than anybody has", () => {
    const hosts = Array.from({ length: 101 }, (_, index) => `db${index}`);
    expect(problemsOf(`host=${hosts.slice(1).join(",")}`)).toEqual([]);
    const [most, more] = ["expected at most 100", "got more"];
    expect(problemsOf(`host=${hosts.join(",")}`)).toEqual([`${most} hosts, ${more}`]);
    expect(problemsOf(`postgres://${hosts.join(",")}/postgres`)).toEqual([
      `${most} hosts, ${more}`,
      `${most} ports, ${more}`,
    ]);
    expect(problemsOf(`hostaddr=${"::1,".repeat(100)}::1`)).toEqual([`${most} addresses, ${more}`]);
    expect(problemsOf(`host=a port=${",".repeat(100)}`)).toEqual([`${most} ports, ${more}`]);
  });
});

const refused = connectionParameters.flatMap((known) => (known.treatment === "refused" ? [known] : []));

test.for(refused)("$keyword is refused by name, with what to do", ({ keyword, told }) => {
  expect(problemsOf(`${keyword}=hunter2`)).toEqual([
    `expected no ${keyword}, got it, which is not supported (${told})`,
  ]);
  expect(problemsOf(`postgres://h?${keyword}=hunter2`)).toHaveLength(1);
});

const accepted: Readonly<Record<string, readonly string[]>> = {
  channel_binding: ["disable", "prefer"],
  tcp_user_timeout: ["0", "-1"],
  sslcompression: ["0", "1"],
  min_protocol_version: ["", "3.0"],
  max_protocol_version: ["", "3.0", "3.2", "latest"],
  gssencmode: ["disable", "prefer"],
  krbsrvname: ["x"],
  gsslib: ["gssapi"],
  gssdelegation: ["", "0"],
};

test.for(connectionParameters.filter(({ treatment }) => treatment === "accepted"))(
  "$keyword is accepted where it changes nothing",
  ({ keyword }) => {
    const values = accepted[keyword] ?? [];
    expect(values).not.toHaveLength(0);
    expect(values.flatMap((value) => problemsOf(`${keyword}=${value}`))).toEqual([]);
  },
);

const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 60 }),
  fc.string({
    unit: fc.constantFrom(
      "postgres://",
      ...connectionParameters.map(({ keyword }) => keyword),
      ...Array.from("=&?/:@,[]%' \\\t\n"),
      "%40",
      "x",
      "1",
      "require",
    ),
    maxLength: 16,
  }),
);

test("any text is read or refused with a message, and none throws", () => {
  fc.assert(
    fc.property(text, (given) => {
      const read = parseConnectionString(given);
      expect("parts" in read || problemsOf(given).every((told) => /^expected .+, got .+$/su.test(told))).toBe(
        true,
      );
      expect("parts" in read || read.complaints.length > 0).toBe(true);
    }),
    { numRuns: fuzzRuns("connectionString") },
  );
});

test("no problem repeats any part of the string that may be the password", () => {
  const secret = "hunter2SECRET";
  const around = fc.string({
    unit: fc.constantFrom("/", "@", ":", "?", "#", "[", "%", "&", "=", ",", " ", "'", "\\", "z"),
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
    "host=h password=@@ port=1",
    "host=h password='@@",
    "host=h @@=1",
    "require_auth=@@ gssencmode=@@",
  );
  fc.assert(
    fc.property(template, around, around, (frame, before, after) => {
      expect(problemsOf(frame.replaceAll("@@", () => `${before}${secret}${after}`)).join("\n")).not.toContain(
        secret,
      );
    }),
    { numRuns: 3000 },
  );
});
