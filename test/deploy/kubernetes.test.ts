import { posix } from "node:path";
import { describe, expect, test } from "vitest";
import { z } from "zod";

import { defaultListenAddress } from "../../src/commands/listen-address.ts";
import { anEnvironment, configOf } from "../support/config-text.ts";
import { isThere, readText, readYaml } from "./files.ts";
import {
  kubernetesFolder,
  readDeployment,
  readKustomization,
  readManifests,
  type Manifest,
} from "./kubernetes-files.ts";
import { isVariableRead, problemOf } from "./program.ts";

const ownLabel = { "app.kubernetes.io/name": "pgleash" };
const alternatives = ["pod-monitor.yml"];

async function manifestOf(kind: string): Promise<Manifest> {
  const found = (await readManifests()).filter(([, manifest]) => manifest.kind === kind);
  expect(found).toHaveLength(1);
  const [[, manifest] = []] = found;
  if (manifest === undefined) throw new Error(`no ${kind}`);
  return manifest;
}

describe("kustomization.yml", () => {
  test("names every manifest that is there, but for the alternatives", async () => {
    const { resources } = await readKustomization();
    const files = [...new Set((await readManifests()).map(([file]) => file))];
    expect([...resources, ...alternatives].toSorted()).toEqual(files.toSorted());
  });

  test("generates the configuration that the deployment mounts", async () => {
    const { configMapGenerator: generated } = await readKustomization();
    const { volumes } = (await readDeployment()).template.spec;
    const mounted = volumes.flatMap(({ configMap }) => (configMap === undefined ? [] : [configMap.name]));
    expect(mounted).toEqual(generated.map(({ name }) => name));
    for (const path of generated.flatMap(({ files }) => files))
      expect(isThere(posix.join(kubernetesFolder, path))).toBe(true);
  });

  test("no two manifests are of the same kind and name", async () => {
    const names = (await readManifests()).map(([, { kind, metadata }]) => `${kind} ${metadata.name}`);
    expect(names).toEqual([...new Set(names)]);
  });
});

describe("the deployment", () => {
  test("starts the image of this version with flags that it has", async () => {
    const [{ image, args }] = (await readDeployment()).template.spec.containers;
    const { version } = z
      .looseObject({ version: z.string() })
      .parse(JSON.parse(await readText("package.json")));
    expect(image).toBe(`pgleash:${version}`);
    expect(await problemOf(args)).toBeUndefined();
  });

  test("takes the password from a secret, under a name that pgleash reads", async () => {
    const [{ env }] = (await readDeployment()).template.spec.containers;
    expect(env.map(({ name }) => name)).toEqual(["PGPASSWORD"]);
    expect(env.filter(({ name }) => !isVariableRead(name))).toEqual([]);
  });

  test("mounts its configuration to be read and its audit to be written, and both are volumes", async () => {
    const { spec } = (await readDeployment()).template;
    const [{ args, volumeMounts }] = spec.containers;
    const volumes = new Map(spec.volumes.map((volume) => [volume.name, volume]));
    expect(volumeMounts.map(({ name }) => name).toSorted()).toEqual([...volumes.keys()].toSorted());

    const file = args.find((word) => word.startsWith("--config.file="))?.split("=")[1] ?? "";
    const config = volumeMounts.find(({ mountPath }) => mountPath === posix.dirname(file));
    expect(config?.readOnly).toBe(true);
    const [generated] = (await readKustomization()).configMapGenerator;
    const [path = ""] = generated?.files ?? [];
    expect(posix.basename(path)).toBe(posix.basename(file));

    const text = await readText(posix.join(kubernetesFolder, path));
    const { policy, servers } = configOf(text, anEnvironment({ PGPASSWORD: "s3cret" }));
    expect(servers.map(({ connection }) => connection.password)).toEqual([
      { type: "given", secret: "s3cret" },
    ]);
    const audit = volumeMounts.find(({ readOnly }) => !readOnly);
    const folders = [policy.auditFile, policy.pauseFile].map((name) => posix.dirname(name ?? ""));
    expect(folders).toEqual([audit?.mountPath, audit?.mountPath]);
    const { claimName } = volumes.get(audit?.name ?? "")?.persistentVolumeClaim ?? {};
    expect((await manifestOf("PersistentVolumeClaim")).metadata.name).toBe(claimName);
  });

  test("runs as the user of the image, and what the standard `restricted` asks for", async () => {
    const { spec } = (await readDeployment()).template;
    const [{ securityContext }] = spec.containers;
    const [, user = "", group = ""] = /^USER (\d+):(\d+)$/m.exec(await readText("Dockerfile")) ?? [];
    expect(spec.securityContext).toMatchObject({
      runAsNonRoot: true,
      runAsUser: Number(user),
      runAsGroup: Number(group),
      fsGroup: Number(group),
      seccompProfile: { type: "RuntimeDefault" },
    });
    expect(securityContext).toMatchObject({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    });
    expect(spec).toMatchObject({ automountServiceAccountToken: false, enableServiceLinks: false });
  });

  test("never has two pods at once, which would want the same volume", async () => {
    const { replicas, strategy } = await readDeployment();
    expect({ replicas, ...strategy }).toEqual({ replicas: 1, type: "Recreate" });
  });

  test("asks for health and readiness where pgleash answers", async () => {
    const [{ ports, livenessProbe, readinessProbe }] = (await readDeployment()).template.spec.containers;
    expect(ports).toEqual([{ name: "http", containerPort: Number(defaultListenAddress.slice(1)) }]);
    expect(livenessProbe.httpGet).toEqual({ path: "/-/healthy", port: "http" });
    expect(readinessProbe.httpGet).toEqual({ path: "/-/ready", port: "http" });
  });
});

describe("what finds the deployment", () => {
  test("goes by the label that its pods have", async () => {
    const { selector, template } = await readDeployment();
    expect(template.metadata.labels).toEqual(ownLabel);
    expect(selector.matchLabels).toEqual(ownLabel);
    expect(await manifestOf("Service")).toMatchObject({
      metadata: { labels: ownLabel },
      spec: { selector: ownLabel },
    });
    expect(await manifestOf("NetworkPolicy")).toMatchObject({
      spec: { podSelector: { matchLabels: ownLabel } },
    });
    const found = { jobLabel: "app.kubernetes.io/name", selector: { matchLabels: ownLabel } };
    const scraped = [{ port: "http", path: "/metrics" }];
    expect(await manifestOf("ServiceMonitor")).toMatchObject({ spec: { ...found, endpoints: scraped } });
    expect(await manifestOf("PodMonitor")).toMatchObject({
      spec: { ...found, podMetricsEndpoints: scraped },
    });
  });

  test("goes to the port of pgleash", async () => {
    const port = Number(defaultListenAddress.slice(1));
    expect(await manifestOf("Service")).toMatchObject({
      spec: { ports: [{ name: "http", port, targetPort: "http" }] },
    });
    expect(await manifestOf("NetworkPolicy")).toMatchObject({
      spec: { policyTypes: ["Ingress", "Egress"], ingress: [{ ports: [{ port: "http" }] }] },
    });
  });
});

describe("the dashboards as ConfigMaps", () => {
  const configMap = z.strictObject({
    apiVersion: z.literal("v1"),
    kind: z.literal("ConfigMap"),
    metadata: z.strictObject({ name: z.string(), labels: z.record(z.string(), z.string()) }),
    data: z.record(z.string(), z.string()),
  });

  test("are those of grafana/dashboards, one each", async () => {
    const documents = await readYaml(`${kubernetesFolder}/dashboards.yml`);
    const maps = documents.map((document) => configMap.parse(document));
    const kept = maps.flatMap(({ data }) => Object.entries(data));
    expect(kept.map(([name]) => name)).toEqual(
      ["overview", "sessions", "leash"].map((name) => `pgleash-${name}.json`),
    );
    for (const [name, text] of kept) {
      const original: unknown = JSON.parse(
        await readText(`grafana/dashboards/${name.replace("pgleash-", "")}`),
      );
      expect(JSON.parse(text)).toEqual(original);
    }
  });

  test("are found by the sidecar of Grafana, and small enough for `kubectl apply`", async () => {
    for (const document of await readYaml(`${kubernetesFolder}/dashboards.yml`)) {
      const { metadata, data } = configMap.parse(document);
      expect(metadata.labels["grafana_dashboard"]).toBe("1");
      // It keeps all of it once more, in an annotation.
      expect(Buffer.byteLength(JSON.stringify(data))).toBeLessThan(200_000);
    }
  });
});
