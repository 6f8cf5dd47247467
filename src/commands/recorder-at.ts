import { createFileTurns } from "../file-turns.ts";
import type { Log } from "../log.ts";
import { printable } from "../printable.ts";
import { tryRecordFile } from "../record/record-file.ts";
import { createRecorder, type Recorder } from "../record/recorder.ts";

/** A disk that takes longer would lose looks all the time. */
const PATIENCE_SECONDS = 5;

const reasons: ReadonlyMap<string, string> = new Map([
  ["ENOENT", "there is no such folder"],
  ["ENOTDIR", "there is no such folder"],
  ["EISDIR", "it is a folder"],
  ["EACCES", "we may not write there"],
  ["EROFS", "the disk is read-only"],
  ["ENXIO", "it is a pipe or a socket that nobody reads"],
]);

/** Puts looks on record at a path. One that cannot be written is told before anything starts. */
export async function recorderAt(path: string, log: Log): Promise<Recorder> {
  try {
    await createFileTurns(PATIENCE_SECONDS).take(() => tryRecordFile(path));
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    const why = reasons.get(code) ?? (code || (error instanceof Error ? error.message : String(error)));
    const told = `--record: expected a file that can be written, got ${printable(path)}: ${why}`;
    throw new Error(told, { cause: error });
  }
  return createRecorder(path, { log });
}
