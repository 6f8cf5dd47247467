import { createFileTurns } from "../file-turns.ts";
import type { Attributions } from "../classify/attribution/remember.ts";
import type { Log } from "../log.ts";
import { lookLine } from "./look-line.ts";
import { openRecordFile, type RecordFile } from "./record-file.ts";
import type { RecordedLook } from "./recorded-look.ts";

/** Puts looks on record. Nobody waits for it, and it never throws: a disk that fails must not hurt the watch. */
export type Recorder = {
  /** Takes one look, to be written some time soon, with the attributions that it was judged with. */
  record(look: RecordedLook, attributions: Attributions): void;
  /** How many looks are missing so far, of all servers: left out, or not written. Only ever grows. */
  missing(): number;
  /** Resolves once what was taken is written, or cannot be. */
  close(): Promise<void>;
};

export type RecorderOptions = {
  readonly log: Log;
  /** How long a write may take, in seconds. */
  readonly patienceSeconds?: number;
  /** How large the file gets before it is moved aside. */
  readonly largestBytes?: number;
  /** What may wait for a slow disk. */
  readonly mostWaitingBytes?: number;
};

const PATIENCE_SECONDS = 5;

/** With the file that was moved aside, at most twice as much lies on the disk: some days of a calm server. */
const LARGEST_BYTES = 256 * 1024 * 1024;

/** Beyond it looks are left out. */
const MOST_WAITING_BYTES = 16 * 1024 * 1024;

/** The file is opened anew for the first look. */
export function createRecorder(
  path: string,
  {
    log,
    patienceSeconds = PATIENCE_SECONDS,
    largestBytes = LARGEST_BYTES,
    mostWaitingBytes = MOST_WAITING_BYTES,
  }: RecorderOptions,
): Recorder {
  const turns = createFileTurns(patienceSeconds);
  let file: RecordFile | null = null;
  let waitingBytes = 0;
  let missing = 0;
  const warn = once(() => tellForeignWriter(path, log));
  let last: Promise<void> = Promise.resolve();

  async function drop(): Promise<void> {
    const dropped = file;
    file = null;
    await dropped?.close().catch(() => undefined); // it is left either way
  }

  async function write(line: string, bytes: number): Promise<void> {
    try {
      if (file !== null && !(await file.isFit(bytes))) await drop();
      file ??= await openRecordFile(path, { largestBytes, bytes });
      const { isShared } = await file.append(line);
      if (isShared) warn();
    } catch (error) {
      await drop();
      throw error;
    }
  }

  function lose(why: string): void {
    missing += 1;
    if (missing === 1)
      log.error(
        { record_file: path, error: why },
        "the recording cannot be written: looks are missing in it",
      );
  }

  return {
    record(look, attributions) {
      if (waitingBytes >= mostWaitingBytes) return lose("the disk is too slow");
      const line = lookLine(look, attributions);
      const bytes = Buffer.byteLength(line);
      waitingBytes += bytes;
      last = turns
        .take(() => write(line, bytes))
        .catch((error: unknown) => lose(error instanceof Error ? error.message : String(error)))
        .finally(() => (waitingBytes -= bytes));
    },
    missing: () => missing,
    async close() {
      await last;
      await turns.take(drop).catch(() => undefined); // a disk that hangs: the process ends anyway
      if (missing > 0)
        log.warn({ record_file: path, missing_looks: missing }, "looks are missing in the recording");
    },
  };
}

function tellForeignWriter(path: string, log: Log): void {
  log.warn(
    { record_file: path },
    "another process writes into the recording: give each pgleash its own, or a replay takes both for one",
  );
}

/** Calls it the first time only. */
function once(tell: () => void): () => void {
  let isTold = false;
  return () => {
    if (!isTold) tell();
    isTold = true;
  };
}
