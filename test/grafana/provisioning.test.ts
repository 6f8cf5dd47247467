import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";

import { parseDuration } from "../../src/config/duration.ts";

async function provisioned(path: string): Promise<unknown> {
  return parse(await readFile(new URL(`../../grafana/provisioning/${path}`, import.meta.url), "utf8"));
}

async function textOf(path: string): Promise<string> {
  return readFile(new URL(`../../${path}`, import.meta.url), "utf8");
}

const datasources = z.strictObject({
  apiVersion: z.literal(1),
  datasources: z.tuple([
    z.strictObject({
      name: z.string(),
      uid: z.literal("prometheus"),
      type: z.literal("prometheus"),
      access: z.literal("proxy"),
      url: z.url(),
      isDefault: z.literal(true),
      jsonData: z.strictObject({ httpMethod: z.literal("POST"), timeInterval: z.string() }),
    }),
  ]),
});

const providers = z.strictObject({
  apiVersion: z.literal(1),
  providers: z.tuple([
    z.strictObject({
      name: z.string(),
      orgId: z.literal(1),
      folder: z.string(),
      type: z.literal("file"),
      disableDeletion: z.literal(false),
      allowUiUpdates: z.literal(false),
      updateIntervalSeconds: z.number(),
      options: z.strictObject({ path: z.string() }),
    }),
  ]),
});

test("the data source is the Prometheus of the example, which scrapes no more rarely than Grafana is told", async () => {
  const [source] = datasources.parse(await provisioned("datasources/prometheus.yml")).datasources;
  expect(source.url).toBe("http://prometheus:9090");
  const scrapes = z.looseObject({ global: z.looseObject({ scrape_interval: z.string() }) });
  const { global } = scrapes.parse(parse(await textOf("config/compose/prometheus/prometheus.yml")));
  const told = parseDuration(source.jsonData.timeInterval) ?? 0;
  expect(told).toBeGreaterThan(0);
  expect(parseDuration(global.scrape_interval)).toBeLessThanOrEqual(told);
});

test("the dashboards are read from files, which stay their source", async () => {
  const [provider] = providers.parse(await provisioned("dashboards/pgleash.yml")).providers;
  expect(provider.options.path).toBe("/var/lib/grafana/dashboards");
});
