import type { Mistake, Path } from "./issue.ts";

/** A rule that concerns several fields. It reads the raw file, because it must judge the rest of a broken one too. */
export type Rule = (file: unknown) => readonly Mistake[];

/** The servers of the file, or the file's own place where the environment names the one server. */
export function watchedPaths(file: unknown): readonly Path[] {
  const servers = serverPaths(file);
  return servers.length > 0 ? servers : [[]];
}

/** The servers of the file, and what holds for those that other files name. */
export function serverPaths(file: unknown): readonly Path[] {
  const template: Path = ["servers_template"];
  return [...itemPaths(file, ["servers"]), ...(isGiven(file, template) ? [template] : [])];
}

/** The items of a list; none where there is no list. */
export function itemPaths(file: unknown, list: Path): readonly Path[] {
  const items = valueAt(file, list);
  return Array.isArray(items) ? items.map((_, index) => [...list, index]) : [];
}

export function isGiven(file: unknown, path: Path): boolean {
  return valueAt(file, path) !== undefined;
}

/** What stands at a place; `undefined` where nothing does. */
export function valueAt(file: unknown, path: Path): unknown {
  let value = file;
  for (const step of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, step)) return undefined;
    value = Reflect.get(value, step);
  }
  return value;
}

/** Where each text stands first. */
export function firstPlaces(file: unknown, paths: readonly Path[]): ReadonlyMap<unknown, Path> {
  return new Map(paths.toReversed().map((path) => [valueAt(file, path), path]));
}

/** The texts at `paths` that stand in `wider`, or at one of the paths before, already. */
export function repeatedTexts(
  file: unknown,
  paths: readonly Path[],
  told: { readonly expected: string; readonly got: (first: Path) => string },
  wider: ReadonlyMap<unknown, Path> = new Map(),
): readonly Mistake[] {
  const own = firstPlaces(file, paths);
  return paths.flatMap((path) => {
    const text = valueAt(file, path);
    const first = wider.get(text) ?? own.get(text);
    if (typeof text !== "string" || first === undefined || first === path) return [];
    return [{ path, at: "value", expected: told.expected, got: told.got(first), hint: undefined }];
  });
}
