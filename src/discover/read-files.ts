import { createHash } from "node:crypto";
import { FileFailure, readSmallFile } from "../small-file.ts";
import { findFiles, type ReadFailure } from "./find-files.ts";

/** What is at one path now, by the pattern that it was found with. */
export type FileRead = { readonly pattern: string; readonly path: string } & (FileText | ReadFailure);

type FileText = { readonly text: string; readonly digest: string };

/** All that the patterns lead to now; `path` is the pattern where its folder could not be read. */
export type FilesRead = readonly FileRead[];

const LARGEST_FILE_BYTES = 1024 * 1024;

/** Reads each file once, one after another: nothing waits for them. */
export async function readFiles(patterns: readonly string[]): Promise<FilesRead> {
  const reads = new Map<string, FileRead>();
  for (const pattern of patterns) {
    const found = await findFiles(pattern);
    if ("failure" in found) reads.set(pattern, { pattern, path: pattern, ...found });
    else
      for (const path of found.paths)
        if (!reads.has(path)) reads.set(path, { pattern, path, ...(await readText(path)) });
  }
  return [...reads.values()];
}

/** The same text for the same files with the same content, and for the same failures. */
export function digestOf(reads: FilesRead): string {
  return JSON.stringify(reads.map((read) => [read.path, "failure" in read ? [read.failure] : read.digest]));
}

async function readText(path: string): Promise<FileText | ReadFailure> {
  try {
    const { bytes } = await readSmallFile(path, LARGEST_FILE_BYTES);
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return { text, digest: createHash("sha256").update(bytes).digest("hex") };
  } catch (error) {
    if (error instanceof FileFailure) return { failure: error.message, isMissing: error.isAbsent };
    // Else only other bytes than UTF-8 throw.
    return { failure: `${path}: other bytes than UTF-8 text`, isMissing: false };
  }
}
