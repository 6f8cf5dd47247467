import { describe, expect, test } from "vitest";

import { showConfig } from "../../src/config/show.ts";
import { anEnvironment, configOf } from "../support/config-text.ts";

const full = String.raw`
every: 1m30s
look_timeout: 1s500ms
label_budget: 17
detectors: { stale_active: { enabled: false } }
overrides: [{ match: ['usename="a\"b"', 'datname!~"x"'], detectors: { stale_active: { enabled: true } } }]
servers:
  - { name: "prod: 1", url: "postgres://a%40b:s3cret%2F@[fe80::1%25eth0]:1/d%2Fe?sslmode=require&sslrootcert=/x%20y" }
  - { name: socket, url: "postgres:///d?host=/tmp/a%20b&port=5433&sslmode=require", cron: "0 * * * * MON" }
  - { name: tls, url: "postgres://h?sslmode=verify-full&sslrootcert=system" }
`;

describe("what is shown", () => {
  test("is the whole configuration, with every default and without the password", () => {
    const shown = showConfig(configOf("", anEnvironment({ PGHOST: "db1", PGPASSWORD: "s3cret" })));
    expect(shown).toBe(`label_budget: 200
servers:
  - name: db1:5432
    url: postgres://dba:***@db1:5432/dba?sslmode=prefer
    every: 10s
    look_timeout: 5s
    detectors:
      idle_in_transaction_aborted:
        enabled: true
        suspect_after: 1m
        leaked_after: 10m
      idle_in_transaction:
        enabled: true
        suspect_after: 1m
        leaked_after: 10m
      stalled_client:
        enabled: true
        suspect_after: 5m
        leaked_after: 30m
      stale_active:
        enabled: true
        suspect_after: 30m
        leaked_after: 2h
      long_transaction:
        enabled: true
        suspect_after: 15m
        leaked_after: 1h
    overrides: []
`);
  });

  test("never holds a password", () => {
    expect(showConfig(configOf(full))).not.toContain("s3cret");
  });

  test.for(["", full, "every: 2s", "cron: '*/5 * * * * *'\nlook_timeout: 100ms"])(
    "loads again to the same configuration: %j",
    (text) => {
      const environment = anEnvironment({ PGSSLROOTCERT: "/elsewhere", PGSSLMODE: "verify-ca", PGPORT: "9" });
      const before = configOf(text, environment);
      const after = configOf(showConfig(before), environment);
      expect(withoutSecrets(after)).toEqual(withoutSecrets(before));
      expect(showConfig(after)).toBe(showConfig(before));
    },
  );
});

/** Passwords and compiled matchers cannot be compared; JSON leaves functions out. */
function withoutSecrets(config: object): unknown {
  return JSON.parse(JSON.stringify(config, (key, value: unknown) => (key === "password" ? "***" : value)));
}
