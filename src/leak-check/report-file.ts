import { access, constants, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * Why a report cannot be written there, as far as can be said beforehand, or `null`. It creates nothing and changes nothing: the
 * report of an earlier run stays until there is a new one.
 */
export async function whyUnwritable(path: string): Promise<string | null> {
  try {
    if (path.endsWith("/") || (await isFolder(path))) return "it is a folder";
    await access(path, constants.W_OK);
    return null;
  } catch (error) {
    return codeOf(error) === "ENOENT" ? await whyNotInto(dirname(path)) : refusal(error, "it");
  }
}

async function whyNotInto(folder: string): Promise<string | null> {
  try {
    await access(folder, constants.W_OK | constants.X_OK);
    return null;
  } catch (error) {
    return codeOf(error) === "ENOENT" ? "its folder is not there" : refusal(error, "its folder");
  }
}

/** Throws where there is nothing. */
async function isFolder(path: string): Promise<boolean> {
  return (await stat(path)).isDirectory();
}

function refusal(error: unknown, what: string): string {
  const code = codeOf(error);
  if (code === "EACCES" || code === "EPERM" || code === "EROFS")
    return `${what} may not be written (${code})`;
  return code === "ENOTDIR" ? "something in its path is not a folder" : messageOf(error);
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Writes a report in place of the file that is there, if one is. Why that failed, or `null`. */
export async function writeReport(path: string, text: string): Promise<string | null> {
  try {
    await writeFile(path, text);
    return null;
  } catch (error) {
    return messageOf(error);
  }
}
