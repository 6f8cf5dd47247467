import { describe, expect, test } from "vitest";

import { showConfig } from "../../src/config/show.ts";
import { anEnvironment, configOf } from "../support/config-text.ts";

const full = String.raw`
every: 1m30s
look_timeout: 1s500ms
label_budget: 17
comment_labels: [route, service.name]
detectors: { stale_active: { enabled: false } }
overrides: [{ match: ['usename="a\"b"', 'datname!~"x"'], detectors: { stale_active: { enabled: true } } }]
pools: [{ name: "web: all", match: ['application_name=~"web-\d+"'], size: 10, max_overflow: 5, per: client }]
servers:
  - name: pooled
    url: postgres://h
    detectors: { idle_too_long: { enabled: true } }
    pools: [{ name: orders, match: ['usename="orders"'], size: 3 }]
  - { name: "prod: 1", url: "postgres://a%40b:s3cret%2F@[fe80::1%25eth0]:1/d%2Fe?sslmode=require&sslrootcert=/x%20y" }
  - { name: socket, url: "postgres:///d?host=/tmp/a%20b&port=5433&sslmode=require", cron: "0 * * * * MON" }
  - { name: tls, url: "postgres://h?sslmode=verify-full&sslrootcert=system" }
`;

describe("what is shown", () => {
  test("is the whole configuration, with every default and without the password", () => {
    const shown = showConfig(configOf("", anEnvironment({ PGHOST: "db1", PGPASSWORD: "s3cret" })));
    expect(shown).toBe(`label_budget: 200
comment_labels: []
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
      never_used:
        enabled: true
        suspect_after: 10m
        leaked_after: 1h
      idle_too_long:
        enabled: false
        suspect_after: 1h
        leaked_after: 1d
      prepared_transaction:
        enabled: true
        suspect_after: 1m
        leaked_after: 10m
      pool_overgrown:
        enabled: true
        suspect_after: 1m
        leaked_after: 10m
    overrides: []
    pools: []
`);
  });

  test("names the pools of each server, its own first, with what holds where nothing is said", () => {
    const [pools] = /    pools:\n(?:      .*\n)+/u.exec(showConfig(configOf(full))) ?? [];
    expect(pools).toBe(String.raw`    pools:
      - name: orders
        match:
          - usename="orders"
        size: 3
        max_overflow: 0
        per: all
      - name: "web: all"
        match:
          - application_name=~"web-\d+"
        size: 10
        max_overflow: 5
        per: client
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
