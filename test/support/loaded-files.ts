import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { z } from "zod";

const teller = pathToFileURL(fileURLToPath(new URL("./tell-loaded.mjs", import.meta.url))).href;

const sourceMap = z.looseObject({ sources: z.array(z.string()) });

/** What a program had loaded by its end: of the bundle, and what that was made from. */
export type Loaded = {
  readonly bytes: number;
  /** By their paths in the repository, such as `src/main.ts`. */
  readonly sources: readonly string[];
  /** By their names, sorted. */
  readonly packages: readonly string[];
};

/** Calls `use` with the variables by which a program tells what it loads, and returns that once the program that `use` ran is over. */
export async function loadedBy(
  use: (variables: Readonly<Record<string, string>>) => Promise<unknown>,
): Promise<Loaded> {
  const folder = await mkdtemp(join(tmpdir(), "pgleash-loaded-"));
  try {
    const told = join(folder, "loaded.json");
    await use({ NODE_OPTIONS: `--import=${teller}`, TELL_LOADED_TO: told });
    const files = z.array(z.string()).parse(JSON.parse(await readFile(told, "utf8")));
    return await describeFiles(files);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function describeFiles(files: readonly string[]): Promise<Loaded> {
  const texts = await Promise.all(files.map((file) => readFile(file, "utf8")));
  const maps = await Promise.all(files.map((file) => readFile(`${file}.map`, "utf8").catch(() => null)));
  const parts = maps.flatMap((map) => (map === null ? [] : sourceMap.parse(JSON.parse(map)).sources));
  const packages = parts.flatMap((path) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? []);
  return {
    bytes: texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0),
    sources: parts.flatMap((path) => /^(?:\.\.\/)+(src\/.*)$/.exec(path)?.[1] ?? []),
    packages: [...new Set(packages)].toSorted(),
  };
}
