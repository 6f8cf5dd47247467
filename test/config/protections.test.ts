import { describe, expect, test } from "vitest";

import { shippedProtections } from "../../src/config/protections.ts";
import { showConfig } from "../../src/config/show.ts";
import type { Target } from "../../src/decide/target.ts";
import { aTarget } from "../support/a-target.ts";
import { configOf, issuesOf } from "../support/config-text.ts";

/** The names of the protections of a file that hold for a target. */
function protecting(target: Partial<Target>, policy = "{}"): readonly string[] {
  const { protections } = configOf(`policy: ${policy}`).policy;
  return protections.filter(({ mayMatch }) => mayMatch(aTarget(target))).map(({ name }) => name);
}

describe("as shipped", () => {
  test("an application is not protected", () => {
    expect(protecting({})).toEqual([]);
    for (const applicationName of [
      "",
      "PostgreSQL JDBC Driver",
      "web-1",
      "psqlodbc",
      "walgreens-api",
      "psycopg",
    ])
      expect(protecting({ applicationName })).toEqual([]);
  });

  test.for([
    ["pg_dump", "pg_dump"],
    ["pg_dumpall", "pg_dumpall"],
    ["pg_restore", "pg_restore"],
    ["pg_basebackup", "pg_basebackup"],
    ["pgBackRest [backup]", "pgbackrest"],
    ["barman_streaming_backup", "barman"],
    ["wal-g", "wal-g"],
    ["pg_receivewal", "pg_receivewal"],
    ["pg_recvlogical", "pg_recvlogical"],
    ["pgcopydb[4711] copy table", "pgcopydb"],
    ["Debezium Streaming", "debezium"],
    ["pg_repack", "pg_repack"],
    ["pg_cron", "pg_cron"],
    ["postgres_fdw", "postgres_fdw"],
    ["citus_internal gpid=10000000001", "citus"],
    ["Patroni", "patroni"],
    ["repmgrd", "repmgr"],
    ["Flyway by Redgate", "flyway"],
    ["liquibase", "liquibase"],
    ["psql", "psql"],
    ["pgAdmin 4 - CONN:9367720", "pgadmin"],
    ["DBeaver 23.0.0 - Main <shop>", "dbeaver"],
    ["DataGrip 2023.1", "jetbrains"],
    ["postgres_exporter", "postgres_exporter"],
  ] as const)("the application %s is protected as %s", ([applicationName, name]) => {
    expect(protecting({ applicationName })).toEqual([name]);
  });

  test.for([
    ["rdsadmin", "amazon_rds"],
    ["cloudsqlagent", "google_cloud_sql"],
    ["alloydbreplica", "google_alloydb"],
    ["azuresu", "azure"],
    ["supabase_auth_admin", "supabase"],
    ["cloud_admin", "neon"],
    ["_doadmin_monitor", "digitalocean"],
    ["barman", "backup_roles"],
    ["replicator", "replication_roles"],
    ["repmgr", "failover_roles"],
  ] as const)("the role %s is protected as %s", ([usename, name]) => {
    expect(protecting({ usename })).toEqual([name]);
  });

  test("every protection has a name of its own, and a matcher", () => {
    expect(new Set(shippedProtections.map(({ name }) => name)).size).toBe(shippedProtections.length);
    for (const { match } of shippedProtections) expect(match).not.toEqual([]);
  });

  test("whoever is hidden may be anybody who is protected", () => {
    expect(protecting({ applicationName: null, usename: null })).toHaveLength(shippedProtections.length);
  });
});

describe("a protection of a file", () => {
  const nightly = `{ name: nightly, match: ['usename="nightly"', 'server="main"'] }`;

  test("holds beside those that are shipped, until a matcher says no", () => {
    const policy = `{ protect: [${nightly}] }`;
    expect(protecting({ usename: "nightly" }, policy)).toEqual(["nightly"]);
    expect(protecting({ usename: null }, policy)).toContain("nightly");
    expect(protecting({ usename: null, server: "other" }, policy)).not.toContain("nightly");
    expect(protecting({}, policy)).toEqual([]);
    expect(protecting({ applicationName: "psql" }, policy)).toEqual(["psql"]);
  });

  test("with a negated matcher protects what it cannot see, too", () => {
    const policy = `{ protect: [{ name: others, match: ['client_addr!~"10[.].*"'] }] }`;
    expect(protecting({ clientAddr: "192.0.2.1" }, policy)).toEqual(["others"]);
    expect(protecting({ clientAddr: null }, policy)).toEqual(["others"]);
    expect(protecting({}, policy)).toEqual([]);
  });

  test("may take the place of a shipped one that is removed", () => {
    const policy = `{ unprotect: [psql], protect: [{ name: psql, match: ['application_name="psql"', 'usename="dba"'] }] }`;
    expect(protecting({ applicationName: "psql" }, policy)).toEqual([]);
    expect(protecting({ applicationName: "psql", usename: "dba" }, policy)).toEqual(["psql"]);
  });

  test("that is written as it is shipped is there once", () => {
    const policy = `{ protect: [{ name: psql, match: ['application_name="psql"'] }] }`;
    expect(protecting({ applicationName: "psql" }, policy)).toEqual(["psql"]);
  });
});

/** As many protections as that, each in a line of its own. */
function many(count: number): string {
  const lines = Array.from(
    { length: count },
    (_, index) => `    - { name: p${index}, match: ['usename="u${index}"'] }\n`,
  );
  return `policy:\n  protect:\n${lines.join("")}`;
}

test("200 of them beside the shipped ones can be shown, and loaded again", () => {
  const { protections } = configOf(showConfig(configOf(many(200)))).policy;
  expect(protections).toHaveLength(shippedProtections.length + 200);
  expect(issuesOf(many(201))).toEqual([
    "pgleash.yml:3:5: policy.protect: expected at most 200 protections of your own, got 201",
  ]);
});

test.for(shippedProtections.map(({ name }) => name))("%s can be removed, and only it goes", (name) => {
  const { protections, unprotected } = configOf(`policy: { unprotect: ["${name}"] }`).policy;
  const left = shippedProtections.filter((protection) => protection.name !== name);
  expect(protections).toEqual(left);
  expect(unprotected).toEqual([name]);
});
