import { constants, type Stats } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { printable } from "./printable.ts";

/** What a file holds, and what it was when it was read. */
export type SmallFile = { readonly bytes: Buffer; readonly stats: Stats };

/** The system's codes, in words. */
const words: ReadonlyMap<string, string> = new Map([
  ["ENOENT", "there is no such file"],
  ["ENOTDIR", "there is no such file"],
  ["EACCES", "we may not read it"],
]);

/** Why a file cannot be used. Names its path, and never shows what is in it. */
export class FileFailure extends Error {
  /** The message without the path. */
  readonly why: string;
  /** The system's error code. */
  readonly code: string | undefined;

  constructor(path: string, why: string, code?: string) {
    super(`${printable(path)}: ${why}`);
    this.name = "FileFailure";
    this.why = why;
    this.code = code;
  }

  get isAbsent(): boolean {
    return this.code === "ENOENT" || this.code === "ENOTDIR";
  }
}

/**
 * Reads a plain file of at most so many bytes. Throws a `FileFailure`. A pipe is refused and not waited for: each wait would
 * hold one of the few threads that all of Node's files share.
 */
export async function readSmallFile(path: string, limitBytes: number): Promise<SmallFile> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const stats = await handle.stat();
    if (!stats.isFile()) throw new FileFailure(path, "it is not a plain file");
    const bytes = await readAtMost(handle, limitBytes + 1);
    if (bytes.length > limitBytes) throw new FileFailure(path, `it has more than ${limitBytes} bytes`);
    return { bytes, stats };
  } catch (error) {
    if (error instanceof FileFailure) throw error;
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown";
    throw new FileFailure(path, words.get(code) ?? `it cannot be read (${code})`, code);
  } finally {
    await handle?.close();
  }
}

async function readAtMost(handle: FileHandle, limitBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  while (length < limitBytes) {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(Math.min(65_536, limitBytes - length)));
    if (bytesRead === 0) break;
    chunks.push(buffer.subarray(0, bytesRead));
    length += bytesRead;
  }
  return Buffer.concat(chunks);
}
