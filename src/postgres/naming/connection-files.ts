import { closeSync, constants, fstatSync, openSync, readSync, statSync } from "node:fs";
import { stat } from "node:fs/promises";

/** What a file holds, or why nobody can tell. `isMissing`: there is none of that name. */
export type FileRead = { readonly text: string } | { readonly isMissing: boolean; readonly why: string };

/** Service files and connection strings are small; what is larger is something else by mistake. */
const LARGEST_FILE_BYTES = 1024 * 1024;

const NO_FILE = "no such file";

const reasons: ReadonlyMap<string, string> = new Map([
  ["ENOENT", NO_FILE],
  ["ENOTDIR", NO_FILE],
  ["EACCES", "permission denied"],
  ["EISDIR", "a directory"],
]);

/**
 * Reads a small text file at once: while a configuration is read, nothing else can go on. Never waits for a pipe, and never
 * reads more than 1 MiB.
 */
export function readConnectionFile(path: string): FileRead {
  try {
    const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      return fstatSync(file).isFile() ? readText(file) : unreadable("not a plain file");
    } finally {
      closeSync(file);
    }
  } catch (error) {
    const why = whyNot(error);
    return { isMissing: why === NO_FILE, why };
  }
}

/**
 * Says of a path whether there is something of that name, as far as we may know: asks at once, opens nothing, and asks once for each
 * path, since hundreds of servers look for the same few files. It comes when the home folder has answered, so that a disk that hangs
 * holds only whoever waits for it. `answer` is what is asked of the folder.
 */
export async function createFileLookup(
  homeFolder: string | undefined,
  answer: (path: string) => Promise<unknown> = (path) => stat(path),
): Promise<(path: string) => boolean> {
  // Whatever it answers: it may well not exist.
  if (homeFolder !== undefined) await answer(`${homeFolder}/.postgresql`).catch(() => undefined);
  const known = new Map<string, boolean>();
  return (path) => {
    const isThere = known.get(path) ?? exists(path);
    known.set(path, isThere);
    return isThere;
  };
}

function exists(path: string): boolean {
  try {
    statSync(path);
    return true;
  } catch (error) {
    return whyNot(error) !== NO_FILE;
  }
}

function whyNot(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "unreadable";
  return reasons.get(code) ?? code;
}

function readText(file: number): FileRead {
  const bytes = Buffer.alloc(LARGEST_FILE_BYTES + 1);
  let length = 0;
  for (let read = 1; read > 0 && length < bytes.length; length += read)
    read = readSync(file, bytes, length, bytes.length - length, null);
  if (length > LARGEST_FILE_BYTES) return unreadable("a file of more than 1 MiB");
  try {
    return { text: new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(0, length)) };
  } catch {
    // Only other bytes than UTF-8 throw.
    return unreadable("other bytes than UTF-8 text");
  }
}

function unreadable(why: string): FileRead {
  return { isMissing: false, why };
}
