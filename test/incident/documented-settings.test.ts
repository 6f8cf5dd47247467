import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";

import { anEnvironment, configOf } from "../support/config-text.ts";
import { documentedConfig, type Place } from "./documented-settings.ts";

const place: Place = {
  name: "here",
  socketFolder: "/run/pg",
  port: 5433,
  auditFile: "/audit.jsonl",
  pauseFile: "/pause.json",
};

test("watching is what config/production.yml says of its first server, but where it is", async () => {
  const text = await readFile(new URL("../../config/production.yml", import.meta.url), "utf8");
  const production = configOf(text, anEnvironment());
  const watching = await documentedConfig("watching", place);
  expect(watching.servers).toHaveLength(1);
  expect(watching.servers[0]).toMatchObject({
    name: "here",
    connection: { addresses: [{ host: "/run/pg", port: 5433 }], user: "pgleash", database: "postgres" },
  });
  const { name: _name, connection: _connection, ...of } = watching.servers[0] ?? {};
  expect(JSON.stringify(production.servers[0])).toContain(JSON.stringify(of).slice(1, -1));
  expect(watching.policy.mode).toBe("dry_run");
});

test.for([
  ["leaking", 120, 60, 0.5],
  ["incident", 60, 0, 1],
] as const)("the settings of %s end leaks of that application alone", async ([which, age, notice, share]) => {
  const { policy, servers } = await documentedConfig(which, place);
  const production = await documentedConfig("watching", place);
  expect(policy).toMatchObject({ mode: "enforce", auditFile: "/audit.jsonl", pauseFile: "/pause.json" });
  expect(policy.rules).toMatchObject([{ minAgeSeconds: age, warnForSeconds: notice, share }]);
  expect(policy.rules[0]?.match).toEqual(
    expect.arrayContaining(['usename="orders"', 'application_name="orders-api"']),
  );
  expect(policy.protections.map(({ name }) => name)).toEqual(
    production.policy.protections.map(({ name }) => name),
  );
  const [first, ...rest] = servers[0]?.thresholds.overrides ?? [];
  expect(first?.thresholds.idle_in_transaction).toMatchObject({ leakedAfterSeconds: age });
  expect(JSON.stringify(rest)).toBe(JSON.stringify(production.servers[0]?.thresholds.overrides));
});
