import { z } from "zod";

import { filesOf, readYaml } from "./files.ts";

export const kubernetesFolder = "config/kubernetes";

const manifest = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string(), labels: z.record(z.string(), z.string()).default({}) }),
});

export type Manifest = z.infer<typeof manifest>;

const kustomization = z.strictObject({
  apiVersion: z.literal("kustomize.config.k8s.io/v1beta1"),
  kind: z.literal("Kustomization"),
  resources: z.array(z.string()),
  configMapGenerator: z.array(z.strictObject({ name: z.string(), files: z.array(z.string()) })),
});

const strings = z.record(z.string(), z.string());
const selector = z.strictObject({ matchLabels: strings });
const probe = z.looseObject({ httpGet: z.strictObject({ path: z.string(), port: z.string() }) });

const container = z.looseObject({
  name: z.string(),
  image: z.string(),
  args: z.array(z.string()),
  env: z.array(
    z.strictObject({
      name: z.string(),
      valueFrom: z.strictObject({ secretKeyRef: z.strictObject({ name: z.string(), key: z.string() }) }),
    }),
  ),
  ports: z.array(z.strictObject({ name: z.string(), containerPort: z.int() })),
  livenessProbe: probe,
  readinessProbe: probe,
  resources: z.looseObject({ requests: strings, limits: strings }),
  securityContext: z.looseObject({ capabilities: z.strictObject({ drop: z.array(z.string()) }) }),
  volumeMounts: z.array(
    z.strictObject({ name: z.string(), mountPath: z.string(), readOnly: z.boolean().default(false) }),
  ),
});

const deployment = z.looseObject({
  spec: z.looseObject({
    replicas: z.int(),
    strategy: z.strictObject({ type: z.string() }),
    selector,
    template: z.strictObject({
      metadata: z.strictObject({ labels: strings }),
      spec: z.looseObject({
        securityContext: z.looseObject({ runAsUser: z.int(), runAsGroup: z.int(), fsGroup: z.int() }),
        containers: z.tuple([container]),
        volumes: z.array(
          z.strictObject({
            name: z.string(),
            configMap: z.strictObject({ name: z.string() }).optional(),
            persistentVolumeClaim: z.strictObject({ claimName: z.string() }).optional(),
          }),
        ),
      }),
    }),
  }),
});

/** The deployment, as far as the tests look at it. */
export async function readDeployment(): Promise<z.infer<typeof deployment>["spec"]> {
  const [document] = await readYaml(`${kubernetesFolder}/deployment.yml`);
  return deployment.parse(document).spec;
}

export async function readKustomization(): Promise<z.infer<typeof kustomization>> {
  const [document] = await readYaml(`${kubernetesFolder}/kustomization.yml`);
  return kustomization.parse(document);
}

/** Every manifest of the folder itself, by the name of its file. */
export async function readManifests(): Promise<readonly (readonly [file: string, manifest: Manifest])[]> {
  const paths = (await filesOf(kubernetesFolder)).filter(
    (path) =>
      /^[^/]+\.yml$/.test(path.slice(kubernetesFolder.length + 1)) && !path.endsWith("/kustomization.yml"),
  );
  const read = await Promise.all(
    paths.map(async (path) =>
      (await readYaml(path)).map((document): readonly [string, Manifest] => [
        path.slice(kubernetesFolder.length + 1),
        manifest.parse(document),
      ]),
    ),
  );
  return read.flat();
}
