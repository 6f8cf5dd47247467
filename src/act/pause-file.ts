import { randomUUID } from "node:crypto";
import { constants, lstat, open, rename, rm, stat, type FileHandle } from "node:fs/promises";
import { dirname, join } from "node:path";
import * as z from "zod";

import type { Pause } from "../decide/situation.ts";
import { createFileTurns } from "../file-turns.ts";

/** What a pause file holds: why, until when (ISO 8601; `null` for until it is removed), and by whom. */
export type PauseOrder = {
  readonly reason: string;
  readonly until: string | null;
  readonly by: string | null;
};

/** Watches one pause file. */
export type PauseWatch = {
  /**
   * The pause that holds now; `null` when there is none, or it is over. `nowSeconds` is the epoch by our clock. A file that
   * cannot be read, or makes no sense, is a pause: whoever wrote it meant to stop us. Never throws.
   */
  read(nowSeconds: number): Promise<Pause | null>;
};

/** Text that an operator may still write by hand, and not more. */
const LARGEST_BYTES = 4096;

/** It is read at each look, which must not wait for a disk. */
const PATIENCE_SECONDS = 1;

const pauseOrder = z.strictObject({
  reason: z.string().trim().min(1),
  until: z.iso.datetime({ offset: true }).nullable().default(null),
  by: z.string().nullable().default(null),
});

/** Watches the file at this path, which need not exist. */
export function watchPauseFile(path: string, patienceSeconds = PATIENCE_SECONDS): PauseWatch {
  const turns = createFileTurns(patienceSeconds);
  return {
    async read(nowSeconds) {
      try {
        const order = await turns.take(() => readPauseOrder(path));
        const untilSeconds = order?.until == null ? null : Date.parse(order.until) / 1000;
        if (order === null || (untilSeconds !== null && untilSeconds <= nowSeconds)) return null;
        return { reason: order.reason, untilSeconds, by: order.by };
      } catch (error) {
        return { reason: `the pause file ${path}: ${wordsOf(error)}`, untilSeconds: null, by: null };
      }
    },
  };
}

/** What the pause file says, over or not; `null` when there is none. Throws when it cannot be read, or makes no sense. */
export async function readPauseOrder(path: string): Promise<PauseOrder | null> {
  // Without this flag, opening a pipe would wait for whoever writes into it.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch(unlessMissing);
  if (file === null) {
    // A folder that is not there is perhaps not mounted, and then nobody knows what it holds.
    await stat(dirname(path));
    return null;
  }
  try {
    return parseOrder(await readStart(file));
  } finally {
    await file.close();
  }
}

/**
 * Writes the file as a whole, so that nobody reads half of it. Resolves with the order that it replaces; `null` when there
 * was none. Throws when what is there is no pause order, and when the folder or the disk does not let us.
 */
export async function writePauseOrder(path: string, order: PauseOrder): Promise<PauseOrder | null> {
  const before = await readOwnOrder(path);
  const unfinished = join(dirname(path), `.pgleash-pause-${randomUUID()}`);
  try {
    const file = await open(unfinished, "wx", 0o644);
    try {
      // Whoever runs the watch must be able to read it, whatever the umask of the operator.
      await file.chmod(0o644);
      await file.writeFile(`${JSON.stringify(order)}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(unfinished, path);
    return before;
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
}

/** Removes the pause order, over or not. Resolves with whether there was one. Throws when what is there is none. */
export async function removePauseOrder(path: string): Promise<boolean> {
  if ((await readOwnOrder(path)) === null) return false;
  const removed = await rm(path).catch(unlessMissing);
  return removed !== null;
}

/** A slip in the path must not cost anybody a file of theirs, such as the audit. */
async function readOwnOrder(path: string): Promise<PauseOrder | null> {
  return await readPauseOrder(path).catch(async (error: unknown) => {
    if ((await lstat(path).catch(unlessMissing)) === null) throw error;
    throw new Error(
      `${path} is left as it is, because it is no pause order that can be read (${wordsOf(error)}). If it is the pause file, remove it by hand; until then it is a pause to every pgleash that reads it`,
      { cause: error },
    );
  });
}

async function readStart(file: FileHandle): Promise<string> {
  if (!(await file.stat()).isFile()) throw new Error("expected a file");
  const { bytesRead, buffer } = await file.read(Buffer.alloc(LARGEST_BYTES + 1), 0, LARGEST_BYTES + 1, 0);
  if (bytesRead > LARGEST_BYTES) throw new Error(`expected at most ${LARGEST_BYTES} bytes`);
  return buffer.toString("utf8", 0, bytesRead);
}

function parseOrder(text: string): PauseOrder {
  const order = pauseOrder.safeParse(parseJson(text));
  if (!order.success)
    throw new Error('expected {"reason": "…", "until": "2026-01-31T12:00:00Z"}, and it holds something else');
  return order.data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function unlessMissing(error: unknown): null {
  if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
  throw error;
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
