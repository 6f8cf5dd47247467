import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parseAllDocuments } from "yaml";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Where a path of the repository is on this machine. */
export function inRepository(path: string): string {
  return join(root, path);
}

/** Whether the repository has this file or folder. */
export function isThere(path: string): boolean {
  return existsSync(inRepository(path));
}

export function readText(path: string): Promise<string> {
  return readFile(inRepository(path), "utf8");
}

/** The files below these folders, without what is built. */
export async function filesOf(...folders: readonly string[]): Promise<readonly string[]> {
  const found = await Promise.all(
    folders.map(async (folder) => {
      const entries = await readdir(inRepository(folder), { recursive: true, withFileTypes: true });
      const files = entries.filter((entry) => entry.isFile());
      return files.map((entry) => relative(root, join(entry.parentPath, entry.name)));
    }),
  );
  return found
    .flat()
    .filter((path) => !path.includes("/dist/"))
    .toSorted();
}

/** The documents of a YAML text. Throws where a parser would complain, or only warn. */
export function parseYaml(text: string, name = "a text"): readonly unknown[] {
  const documents = parseAllDocuments(text, { merge: true, uniqueKeys: true });
  if ("empty" in documents) return [];
  return documents.map((document) => {
    const [problem] = [...document.errors, ...document.warnings];
    if (problem !== undefined) throw new Error(`${name}: ${problem.message}`);
    const value: unknown = document.toJS();
    return value;
  });
}

/** The documents of a YAML file of the repository. */
export async function readYaml(path: string): Promise<readonly unknown[]> {
  return parseYaml(await readText(path), path);
}
