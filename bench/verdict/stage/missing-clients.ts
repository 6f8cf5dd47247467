import { access, readFile } from "node:fs/promises";
import { join } from "node:path";

import { repositoryRoot } from "../../repository-root.ts";

/**
 * Which clients of `test/clients/package.json` are not installed, and what to run; `null` where all are. Without them the whole
 * stage would be played for programs that end at once.
 */
export async function missingClients(root: string = repositoryRoot()): Promise<string | null> {
  const missing: string[] = [];
  for (const name of await clientsOf(join(root, "test", "clients", "package.json"))) {
    const places = [join(root, "test", "clients"), root].map((folder) => join(folder, "node_modules", name));
    if (!(await isAnyThere(places))) missing.push(name);
  }
  return missing.length === 0
    ? null
    : `nothing is played: ${missing.join(", ")} of test/clients/package.json is not installed; run: npm ci --prefix test/clients`;
}

async function clientsOf(file: string): Promise<readonly string[]> {
  const said: unknown = JSON.parse(await readFile(file, "utf8"));
  if (typeof said !== "object" || said === null || !("dependencies" in said)) return [];
  const { dependencies } = said;
  return typeof dependencies === "object" && dependencies !== null ? Object.keys(dependencies) : [];
}

async function isAnyThere(paths: readonly string[]): Promise<boolean> {
  const found = await Promise.allSettled(paths.map((path) => access(path)));
  return found.some(({ status }) => status === "fulfilled");
}
