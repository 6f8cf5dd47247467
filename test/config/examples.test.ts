import { readFile } from "node:fs/promises";
import { Ajv } from "ajv";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";

import { configJsonSchema } from "../../src/config/json-schema.ts";
import { anEnvironment, configOf } from "../support/config-text.ts";

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
      expect(connection).toMatchObject({ user: "pgleash", password: "s3cret" });
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
  "every: 5",
  "evry: 5s",
  "every: 5x",
  "label_budget: 0",
  "detectors: { stale: {} }",
  "overrides: [{ match: [] }]",
  "every: 5s\ncron: x",
])("the schema refuses what the code refuses: %j", (text) => {
  expect(validate(parse(text))).toBe(false);
});
