import { open, stat, type FileHandle } from "node:fs/promises";
import { dirname } from "node:path";

/** A file that lines are appended to. What was appended is on the disk. */
export type AuditFile = {
  readonly isNew: boolean;
  /** How long it was when it was opened, in bytes. */
  readonly lengthBytes: number;
  /** Whole lines, in one write. Resolves with how many bytes they are. Rejects when the disk does not take them whole; the file is then to be opened anew. */
  append(lines: string): Promise<number>;
  /** Whether the path still leads to this file, and nobody has cut it off: what lies elsewhere is not found again. */
  isInPlace(): Promise<boolean>;
  close(): Promise<void>;
};

/**
 * Opens the file, or creates it for our eyes only. A last line that was torn by a crash is ended before the next one.
 * `onForeignWriter` is called when somebody else has written into it since.
 */
export async function openAuditFile(
  path: string,
  onForeignWriter = (): void => undefined,
): Promise<AuditFile> {
  const file = await open(path, "a+", 0o600);
  try {
    const { dev, ino, size } = await file.stat();
    if (size === 0) await syncFolder(dirname(path));
    let isTorn = size > 0 && !(await endsLine(file, size));
    let length = size;
    return {
      isNew: size === 0,
      lengthBytes: size,
      async append(lines) {
        const found = await file.stat();
        if (found.size > length) onForeignWriter();
        length = Math.max(length, found.size);
        const bytes = Buffer.from(isTorn ? `\n${lines}` : lines);
        const { bytesWritten } = await file.write(bytes);
        length += bytesWritten;
        if (bytesWritten < bytes.length) throw new Error("the disk took only a part of a record");
        isTorn = false;
        await file.datasync();
        return bytesWritten;
      },
      async isInPlace() {
        const found = await stat(path).catch(() => null);
        return found?.dev === dev && found.ino === ino && found.size >= length;
      },
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function endsLine(file: FileHandle, size: number): Promise<boolean> {
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
  return buffer.toString() === "\n";
}

/** A new file is found again after a power cut only if its folder is on the disk. Where folders cannot be flushed, we do without. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r").catch(() => null);
  await folder?.sync().catch(() => undefined);
  await folder?.close();
}
