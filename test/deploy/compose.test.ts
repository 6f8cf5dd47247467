import { posix } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";

import { defaultListenAddress } from "../../src/commands/listen-address.ts";
import { configOf } from "../support/config-text.ts";
import {
  inComposeFolder,
  readComposeFile,
  serviceOf,
  sourceOf,
  type ComposeFile,
  type Service,
} from "./compose-file.ts";
import { filesOf, isThere, readText, readYaml } from "./files.ts";
import { isVariableRead, problemOf } from "./program.ts";

let compose: ComposeFile;
beforeAll(async () => {
  compose = await readComposeFile();
});

function named(name: string): Service {
  return serviceOf(compose, name);
}

/** The text of a file that a container finds at this path. */
async function textIn(name: string, path: string): Promise<string> {
  const source = sourceOf(named(name), path);
  if (source === undefined) throw new Error(`${name} has no ${path}`);
  return readText(source);
}

const addresses = z.array(z.strictObject({ targets: z.array(z.string()) }));
const prometheusFile = z.strictObject({
  global: z.record(z.string(), z.string()),
  rule_files: z.array(z.string()),
  alerting: z.strictObject({ alertmanagers: z.array(z.strictObject({ static_configs: addresses })) }),
  scrape_configs: z.array(z.strictObject({ job_name: z.string(), static_configs: addresses })),
});

function targets(list: z.infer<typeof addresses>): readonly string[] {
  return list.flatMap((item) => item.targets);
}

describe("the demo stack", () => {
  test("mounts only what is there, and only the audit to be written", () => {
    const mounts = [...compose.services.values()].flatMap((service) => service.mounts);
    const bound = mounts.filter(({ isVolume }) => !isVolume);
    expect(bound.filter(({ source }) => !isThere(source))).toEqual([]);
    expect(bound.filter(({ isReadOnly }) => !isReadOnly)).toEqual([]);
    const volumes = mounts.filter(({ isVolume }) => isVolume).map(({ source }) => source);
    expect(volumes).toEqual(["pgleash-audit"]);
    expect(compose.volumes).toEqual(volumes);
  });

  test("mounts every file of its folder", async () => {
    const sources = [...compose.services.values()].flatMap(({ mounts }) =>
      mounts.map(({ source }) => source),
    );
    const used = (path: string) => sources.some((source) => path === source || path.startsWith(`${source}/`));
    const files = await filesOf("config/compose");
    expect(files.filter((path) => !used(path))).toEqual(["config/compose/docker-compose.yml"]);
  });

  test("builds pgleash from the Dockerfile, and nothing else", () => {
    const built = [...compose.services].filter(([, { build }]) => build !== undefined);
    expect(built.map(([name]) => name)).toEqual(["leaking-app", "pgleash"]);
    for (const [, { build }] of built)
      expect(isThere(posix.join(inComposeFolder(build?.context ?? ""), "Dockerfile"))).toBe(true);
    const pulled = [...compose.services.values()].filter(({ build }) => build === undefined);
    for (const { image } of pulled) expect(image).toMatch(/:v?\d/);
  });

  test("starts each service after those it needs, as soon as they are healthy", () => {
    for (const { depends_on } of compose.services.values())
      for (const [name, { condition }] of Object.entries(depends_on)) {
        expect(condition).toBe("service_healthy");
        expect(named(name).healthcheck).toBeDefined();
      }
  });

  test("publishes ports on this machine alone, and none of the server that trusts everybody", () => {
    const ports = [...compose.services.values()].flatMap(({ ports: published }) => published);
    expect(ports).toHaveLength(4);
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:(\d+):\1$/);
    expect(named("postgres").ports).toEqual([]);
  });
});

describe("pgleash in it", () => {
  test("is started with flags that it has, and a file that is mounted", async () => {
    const { command, environment } = named("pgleash");
    expect(await problemOf(command)).toBeUndefined();
    expect(Object.keys(environment).filter((name) => !isVariableRead(name))).toEqual([]);
    const file = command.find((word) => word.startsWith("--config.file="))?.split("=")[1] ?? "";
    const { servers, policy } = configOf(await textIn("pgleash", file));
    const hosts = servers.map(({ connection }) => connection);
    expect(hosts).toMatchObject([
      { addresses: [{ host: "postgres", port: 5432 }], user: "pgleash", password: { type: "passfile" } },
    ]);
    const kept = named("pgleash").mounts.find(({ isVolume }) => isVolume)?.target ?? "";
    expect([policy.auditFile, policy.pauseFile].map((path) => posix.dirname(path ?? ""))).toEqual([
      kept,
      kept,
    ]);
    expect(await readText("Dockerfile")).toContain(` ${kept}\n`);
  });

  test("would enforce as soon as the file says so", async () => {
    const text = await textIn("pgleash", "/etc/pgleash/pgleash.yml");
    expect(text).toContain("mode: dry_run\n");
    expect(configOf(text.replace("dry_run", "enforce")).policy.mode).toBe("enforce");
  });

  test("has its role made by the very file that production uses", () => {
    expect(sourceOf(named("postgres"), "/docker-entrypoint-initdb.d/pgleash.sql")).toBe(
      "config/sql/setup-role-enforce.sql",
    );
  });
});

describe("Prometheus in it", () => {
  test("finds its rules, pgleash and Alertmanager", async () => {
    const [document] = await readYaml(sourceOf(named("prometheus"), "/etc/prometheus/prometheus.yml") ?? "");
    const { rule_files: rules, scrape_configs: scrapes, alerting } = prometheusFile.parse(document);
    const sources = rules.map((path) => sourceOf(named("prometheus"), path));
    expect(sources).toEqual(["alerts/pgleash.rules.yml"]);
    const scraped = scrapes.map((job) => [job.job_name, targets(job.static_configs)]);
    expect(scraped).toEqual([["pgleash", [`pgleash${defaultListenAddress}`]]]);
    const told = alerting.alertmanagers.flatMap((one) => targets(one.static_configs));
    expect(told).toEqual(["alertmanager:9093"]);
    expect([...compose.services.keys()]).toEqual(expect.arrayContaining(["pgleash", "alertmanager"]));
  });
});

describe("Alertmanager in it", () => {
  test("has its configuration where its image looks for it", () => {
    expect(sourceOf(named("alertmanager"), "/etc/alertmanager/alertmanager.yml")).toBe(
      "alerts/alertmanager.yml",
    );
  });
});

/** What Grafana finds to provision itself with. */
async function provisioned(kind: string): Promise<readonly unknown[]> {
  const folder = sourceOf(named("grafana"), `/etc/grafana/provisioning/${kind}`) ?? "";
  const found = await Promise.all((await filesOf(folder)).map((path) => readYaml(path)));
  return found.flat();
}

describe("Grafana in it", () => {
  const providerFile = z.looseObject({
    providers: z.array(z.looseObject({ options: z.looseObject({ path: z.string() }) })),
  });
  const sourceFile = z.looseObject({
    datasources: z.array(z.looseObject({ type: z.string(), url: z.string() })),
  });

  test("finds the dashboards where its provider looks for them", async () => {
    const paths = (await provisioned("dashboards")).flatMap((document) =>
      providerFile.parse(document).providers.map(({ options }) => options.path),
    );
    expect(paths.map((path) => sourceOf(named("grafana"), path))).toEqual(["grafana/dashboards"]);
    const home = named("grafana").environment["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"] ?? "";
    expect(isThere(sourceOf(named("grafana"), home) ?? "no such mount")).toBe(true);
  });

  test("asks the Prometheus beside it", async () => {
    const sources = (await provisioned("datasources")).flatMap(
      (document) => sourceFile.parse(document).datasources,
    );
    expect(sources).toMatchObject([{ type: "prometheus", url: "http://prometheus:9090" }]);
  });
});
