import { readdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/** Why something cannot be read, in words that name it. */
export type ReadFailure = { readonly failure: string; readonly isMissing: boolean };

/** The files of one pattern, sorted; or why nobody can tell. */
export type FilesFound = { readonly paths: readonly string[] } | ReadFailure;

/** More than that is a folder of something else. */
export const MOST_FILES = 100;

/**
 * The files that a pattern names now. In its last step `*` stands for any text; what begins with a dot, or cannot be printed, is left
 * out. A path without `*` is one file, be it there or not.
 */
export async function findFiles(pattern: string): Promise<FilesFound> {
  if (!pattern.includes("*")) return { paths: [pattern] };
  const folder = dirname(pattern);
  try {
    const isMeant = matcherOf(basename(pattern));
    const names = (await readdir(folder)).filter((name) => !/^\.|\p{C}/u.test(name) && isMeant(name));
    if (names.length > MOST_FILES)
      return { failure: `${pattern}: more than ${MOST_FILES} files`, isMissing: false };
    return { paths: names.toSorted().map((name) => join(folder, name)) };
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown";
    const isMissing = code === "ENOENT";
    const why = isMissing ? "there is no such folder" : `the folder cannot be read (${code})`;
    return { failure: `${pattern}: ${why}`, isMissing };
  }
}

/** Part by part, each at its first place: a regular expression made of somebody's text could take for ever. */
function matcherOf(pattern: string): (name: string) => boolean {
  const [first = "", ...rest] = pattern.split("*");
  const last = rest.pop() ?? "";
  return (name) => {
    if (!name.startsWith(first) || !name.endsWith(last)) return false;
    let at = first.length;
    for (const part of rest) {
      const found = name.indexOf(part, at);
      if (found < 0) return false;
      at = found + part.length;
    }
    return at <= name.length - last.length;
  };
}
