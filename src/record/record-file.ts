import { constants } from "node:fs";
import { open, rename, stat } from "node:fs/promises";

/** A file that recorded looks are appended to. Nothing of it is flushed: a crash may cost the last ones. */
export type RecordFile = {
  /**
   * One whole line. Resolves with whether somebody else has written into the file meanwhile. Rejects when the disk does not
   * take it; the file is then to be opened anew.
   */
  append(line: string): Promise<{ readonly isShared: boolean }>;
  /** Whether the path still leads to this file, and it has room for so many bytes more. */
  isFit(bytes: number): Promise<boolean>;
  close(): Promise<void>;
};

/** Opens the file once, so that a path that leads nowhere is known at the start. A pipe that nobody reads is not waited for. */
export async function tryRecordFile(path: string): Promise<void> {
  const { O_APPEND, O_CREAT, O_NONBLOCK, O_WRONLY } = constants;
  const file = await open(path, O_APPEND | O_CREAT | O_NONBLOCK | O_WRONLY, 0o600);
  await file.close();
}

/**
 * Opens the file for appending, or creates it for our eyes only. One that has no room for so many bytes more is moved
 * aside first, to the same name with `.1`, in place of what lies there.
 */
export async function openRecordFile(
  path: string,
  { largestBytes, bytes }: { readonly largestBytes: number; readonly bytes: number },
): Promise<RecordFile> {
  const before = await stat(path).catch(() => null);
  if (before?.isFile() === true && before.size > 0 && before.size + bytes > largestBytes)
    await rename(path, `${path}.1`);
  const file = await open(path, "a", 0o600);
  try {
    const { dev, ino, size } = await file.stat();
    let length = size;
    // A crash, or a full disk, may have torn the last line. An empty one is none.
    let start = size > 0 ? "\n" : "";
    return {
      async append(line) {
        const found = await file.stat();
        const isShared = found.size > length;
        await file.appendFile(start + line);
        length = Math.max(length, found.size) + Buffer.byteLength(start + line);
        start = "";
        return { isShared };
      },
      async isFit(more) {
        const found = await stat(path).catch(() => null);
        const isInPlace = found?.dev === dev && found.ino === ino;
        return isInPlace && (length === 0 || length + more <= largestBytes || !found.isFile());
      },
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}
