import { readFile } from "node:fs/promises";
import { Ajv } from "ajv";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";

import { configJsonSchema } from "../../src/config/json-schema.ts";
import { anEnvironment, configOf, issuesOf } from "../support/config-text.ts";

const environment = anEnvironment({ PGPASSWORD: "s3cret" });

function read(name: string): Promise<string> {
  return readFile(new URL(`../../config/${name}`, import.meta.url), "utf8");
}

const validate = new Ajv({ strict: false, allErrors: true }).compile(JSON.parse(configJsonSchema()));

test("the committed schema is the one that the code describes: npm run generate", async () => {
  expect(await read("schema.json")).toBe(configJsonSchema());
});

describe.for([
  ["development.yml", 10, 60],
  ["staging.yml", 15, 180],
  ["production.yml", 30, 300],
] as const)("%s", ([name, suspectAfterSeconds, leakedAfterSeconds]) => {
  test("loads, with the password of the environment", async () => {
    for (const { connection, thresholds } of configOf(await read(name), environment).servers) {
      expect(connection).toMatchObject({ user: "pgleash", password: { type: "given", secret: "s3cret" } });
      expect(thresholds.defaults.idle_in_transaction).toEqual({
        enabled: true,
        suspectAfterSeconds,
        leakedAfterSeconds,
      });
    }
  });

  test("fits the schema that its first line names", async () => {
    const text = await read(name);
    expect(text.split("\n")[0]).toBe("# yaml-language-server: $schema=./schema.json");
    validate(parse(text));
    expect(validate.errors).toBeNull();
  });
});

test.for([
  "pools: [{ name: a, match: ['usename=\"app\"'], size: 1 }]",
  "pools: [{ name: a, match: ['usename=\"app\"'], size: 9, max_overflow: 0, per: client }]",
  "pools: [{ name: a, match: ['usename=\"app\"'], workers: 4, connections_per_worker: 10 }]",
  "pools: [{ name: a, match: ['usename=\"app\"'], workers: 4, connections_per_worker: 10, buffer: 5, per: client }]",
  "servers: [{ name: a, url: 'postgres://h', pools: [] }]",
  "comment_labels: []",
  "comment_labels: [route, service.name, db_driver]",
  "detectors: { idle_too_long: { enabled: true } }",
  `policy: { rules: [{ name: a, match: ['usename="app"', 'kind="idle_in_transaction"'], action: terminate, min_age: 10m }] }`,
  `policy: { mode: enforce, audit_file: /a.jsonl, pause_file: /p.json, unprotect: [psql], limits: { per_look: 2, share: 7.5% } }`,
  `policy: { protect: [{ name: a, match: ['usename="app"'] }], breaker: { window: 5m }, lease_database: shop }`,
  `policy: { rules: [{ name: a, match: ['usename="app"', 'kind="idle_in_transaction"'], action: terminate, min_age: 10m, max_work_at_risk: any, during: { cron: ["* 8 * * *"], time_zone: UTC }, limits: { per_look: 1 }, share: 20% }] }`,
])("the schema takes what the code takes: %j", (text) => {
  configOf(text);
  validate(parse(text));
  expect(validate.errors).toBeNull();
});

test.for([
  "every: 5",
  "evry: 5s",
  "every: 5x",
  "label_budget: 0",
  "detectors: { stale: {} }",
  "overrides: [{ match: [] }]",
  "pools: [{ match: ['usename=\"app\"'], size: 1 }]",
  "pools: [{ name: a, match: [], size: 1 }]",
  "pools: [{ name: a, match: ['usename=\"app\"'], size: 0 }]",
  "pools: [{ name: a, match: ['usename=\"app\"'], size: 1, max_overflow: -1 }]",
  "pools: [{ name: a, match: ['usename=\"app\"'], size: 1, per: host }]",
  "pools: [{ name: a, match: ['usename=\"app\"'] }]",
  "pools: [{ name: a, match: ['usename=\"app\"'], size: 45, workers: 4, connections_per_worker: 10 }]",
  "pools: [{ name: a, match: ['usename=\"app\"'], size: 45, buffer: 5 }]",
  "pools: [{ name: a, match: ['usename=\"app\"'], size: 45, workers: 4 }]",
  "pools: [{ name: a, match: ['usename=\"app\"'], workers: 4, buffer: 5 }]",
  "pools: [{ name: a, match: ['usename=\"app\"'], workers: 0, connections_per_worker: 10 }]",
  "comment_labels: [Route]",
  "comment_labels: [route, route]",
  "comment_labels: [traceparent]",
  "comment_labels: [a, b, c, d, e, f]",
  "every: 5s\ncron: x",
  "policy: { mode: kill }",
  "policy: { audit_file: audit.jsonl }",
  "policy: { unprotect: [nobody] }",
  "policy: { limits: { per_look: 0 } }",
  "policy: { limits: { share: 5 } }",
  "policy: { rules: [{ name: a, action: terminate, min_age: 10m }] }",
  `policy: { rules: [{ name: a, match: [], action: terminate, min_age: 10m }] }`,
  `policy: { rules: [{ name: a, match: ['usename="app"', 'kind="idle_in_transaction"'], action: kill, min_age: 10m }] }`,
  `policy: { rules: [{ name: a, match: ['usename="app"', 'kind="idle_in_transaction"'], action: terminate }] }`,
  `policy: { rules: [{ name: a, match: ['usename="app"', 'kind="idle_in_transaction"'], action: terminate, min_age: 10 }] }`,
  `policy: { rules: [{ name: a, match: ['usename="app"', 'kind="idle_in_transaction"'], action: terminate, min_age: 10m, sightings: 1 }] }`,
  `policy: { rules: [{ name: a, match: ['usename="app"', 'kind="idle_in_transaction"'], action: terminate, min_age: 10m, during: { cron: ["* 8 * * *"] } }] }`,
])("the schema refuses what the code refuses: %j", (text) => {
  expect(issuesOf(text)).not.toEqual([]);
  expect(validate(parse(text))).toBe(false);
});
