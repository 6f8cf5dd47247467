import { describe, expect, test } from "vitest";

import { shippedProtections } from "../../src/config/protections.ts";
import { showConfig } from "../../src/config/show.ts";
import { anEnvironment, configOf } from "../support/config-text.ts";

const full = String.raw`
every: 1m30s
look_timeout: 1s500ms
quick_every: 2s
label_budget: 17
comment_labels: [route, service.name]
detectors: { stale_active: { enabled: false } }
overrides: [{ match: ['usename="a\"b"', 'datname!~"x"'], detectors: { stale_active: { enabled: true } } }]
policy:
  mode: enforce
  audit_file: /var/lib/pgleash/audit.jsonl
  pause_file: "/run/pg leash/pause: 1.json"
  lease_database: shop
  limits: { per_look: 2, per_minute: 7, per_hour: 20, share: 7.5%, share_window: 1h, cool_down: 1500ms }
  breaker: { futile_acts: 5, unconfirmed_acts: 1, window: 5m, cool_down: 1h }
  unprotect: [psql, pg_dump]
  protect:
    - { name: "nightly: 1", match: ['usename="nightly"', 'datname!~"x\d"'] }
    - { name: psql, match: ['application_name="psql"', 'usename="dba"'] }
  rules:
    - { name: plain, match: ['usename="orders"', 'kind=~"idle_.*"'], action: terminate, min_age: 15m }
    - name: "carts: all"
      match: ['usename="orders"', 'kind="stale_active"', 'comment.route=~"/cart/\d+"']
      action: cancel
      min_age: 1h30m
      sightings: 5
      followed_for: 5m
      min_harm: vacuum
      min_pressure: 80%
      max_work_at_risk: 1h
      server_role: any
      during: { cron: ["* 8-17 * * MON-FRI", "*/10 * * * * *"], time_zone: Europe/Berlin }
      except: { cron: ["0-29 12 * * *"], time_zone: UTC }
      warn_for: 0s
      limits: { per_minute: 2 }
      share: 20%
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

const dumps = `    - name: pg_dump
      match:
        - application_name="pg_dump"
    - name: pg_dumpall
`;

describe("what is shown", () => {
  test("is the whole configuration, with every default and without the password", () => {
    const shown = showConfig(configOf("", anEnvironment({ PGHOST: "db1", PGPASSWORD: "s3cret" })));
    const [before, protections] = shown.split("  protect:\n");
    expect(before).toBe(`label_budget: 200
comment_labels: []
servers:
  - name: db1:5432
    url: postgres://dba:***@db1:5432/dba?sslmode=prefer
    every: 10s
    look_timeout: 5s
    quick_every: 0s
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
    expected: []
    expect_markers: []
    pools: []
policy:
  mode: dry_run
  lease_database: postgres
  limits:
    per_look: 1
    per_minute: 5
    per_hour: 30
    share: 5%
    share_window: 10m
    cool_down: 10s
  breaker:
    futile_acts: 3
    unconfirmed_acts: 2
    window: 10m
    cool_down: 30m
  rules: []
  unprotect: []
`);
    expect(protections?.startsWith(dumps)).toBe(true);
    for (const { name, match } of shippedProtections)
      expect(protections).toContain(`    - name: ${name}\n      match:\n        - ${match.join()}\n`);
  });

  test("names the rules of the policy, with what holds where nothing is said", () => {
    const [, rules] = /  rules:\n([^]*)  unprotect:/u.exec(showConfig(configOf(full))) ?? [];
    expect(rules).toBe(String.raw`    - name: plain
      match:
        - usename="orders"
        - kind=~"idle_.*"
      action: terminate
      min_age: 15m
      sightings: 3
      followed_for: 1m
      min_harm: slot
      min_pressure: 0%
      max_work_at_risk: any
      server_role: primary
      warn_for: 1m
    - name: "carts: all"
      match:
        - usename="orders"
        - kind="stale_active"
        - comment.route=~"/cart/\d+"
      action: cancel
      min_age: 1h30m
      sightings: 5
      followed_for: 5m
      min_harm: vacuum
      min_pressure: 80%
      max_work_at_risk: 1h
      server_role: any
      during:
        cron:
          - "* 8-17 * * MON-FRI"
          - "*/10 * * * * *"
        time_zone: Europe/Berlin
      except:
        cron:
          - 0-29 12 * * *
        time_zone: UTC
      warn_for: 0s
      limits:
        per_minute: 2
      share: 20%
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

  test("names the file of a connection string, with what it says beside it", () => {
    const environment = anEnvironment({}, { "/run/url": "postgres://u:s3cret@db1" });
    const text = "servers: [{ name: a, url_file: /run/url, sslpassword_file: /run/key }]";
    expect(showConfig(configOf(text, environment))).toContain(`  - name: a
    url_file: /run/url # postgres://u:***@db1:5432/u?sslmode=prefer
    sslpassword_file: /run/key
`);
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
