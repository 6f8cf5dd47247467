import { posix } from "node:path";
import { z } from "zod";

import { readYaml } from "./files.ts";

const folder = "config/compose";

const service = z.looseObject({
  image: z.string(),
  build: z.strictObject({ context: z.string() }).optional(),
  entrypoint: z.array(z.string()).optional(),
  command: z.array(z.string()).default([]),
  environment: z.record(z.string(), z.string()).default({}),
  volumes: z.array(z.string()).default([]),
  ports: z.array(z.string()).default([]),
  depends_on: z.record(z.string(), z.strictObject({ condition: z.string() })).default({}),
  healthcheck: z.looseObject({}).optional(),
});

const file = z.strictObject({
  name: z.string(),
  "x-pgleash": z.looseObject({}),
  services: z.record(z.string(), service),
  volumes: z.record(z.string(), z.strictObject({})),
});

/** What stands behind `volumes` of a service: a file or folder of the repository, or a volume by its name. */
export type Mount = {
  readonly source: string;
  readonly isVolume: boolean;
  readonly target: string;
  readonly isReadOnly: boolean;
};

export type Service = z.infer<typeof service> & { readonly mounts: readonly Mount[] };

export type ComposeFile = {
  readonly services: ReadonlyMap<string, Service>;
  readonly volumes: readonly string[];
};

/** The demo stack, its paths those of the repository. */
export async function readComposeFile(): Promise<ComposeFile> {
  const [document] = await readYaml(`${folder}/docker-compose.yml`);
  const { services, volumes } = file.parse(document);
  const read = Object.entries(services).map(([name, found]): readonly [string, Service] => [
    name,
    { ...found, mounts: found.volumes.map(mountOf) },
  ]);
  return { services: new Map(read), volumes: Object.keys(volumes) };
}

/** The service of this name, which must be there. */
export function serviceOf(compose: ComposeFile, name: string): Service {
  const found = compose.services.get(name);
  if (found === undefined) throw new Error(`no such service: ${name}`);
  return found;
}

/** What a path within a container is in the repository; `undefined` where nothing of the repository is mounted. */
export function sourceOf({ mounts }: Service, path: string): string | undefined {
  const mount = mounts.find(({ target }) => path === target || path.startsWith(`${target}/`));
  return mount === undefined || mount.isVolume ? undefined : mount.source + path.slice(mount.target.length);
}

/** The path in the repository of what the compose file names. */
export function inComposeFolder(path: string): string {
  return posix.join(folder, path);
}

function mountOf(text: string): Mount {
  const [source = "", target = "", mode = "rw", ...more] = text.split(":");
  if (target === "" || more.length > 0) throw new Error(`a mount that is not known here: ${text}`);
  const isVolume = !source.startsWith(".");
  return {
    source: isVolume ? source : inComposeFolder(source),
    isVolume,
    target,
    isReadOnly: mode === "ro",
  };
}
