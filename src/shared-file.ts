import { shareAnswers } from "./share-answers.ts";
import { FileFailure, readSmallFile, type SmallFile } from "./small-file.ts";
import { fileThreads } from "./thread-pool.ts";

/** No disk that is well takes as long. A look has time left then to say why it failed. */
const PATIENCE_SECONDS = 1;

/** Reads a plain file of at most so many bytes. Throws a `FileFailure`, also where no answer comes in time. */
export type SharedFiles = (path: string, limitBytes: number) => Promise<SmallFile>;

/**
 * Files of which one read is under way at a time, for all who ask: a mount that hangs holds one thread per path, and only
 * `slots` of them, however often and for how many servers it is asked for.
 */
export function shareFiles(
  read: typeof readSmallFile,
  { slots, patienceSeconds }: { readonly slots: number; readonly patienceSeconds: number },
): SharedFiles {
  const share = shareAnswers<SmallFile>(slots);
  return (path, limitBytes) =>
    new Promise((resolve, reject) => {
      const givingUp = new AbortController();
      const timer = setTimeout(() => {
        reject(new FileFailure(path, `no answer within ${patienceSeconds} s`));
        givingUp.abort();
      }, patienceSeconds * 1000);
      // A path holds no zero byte. Who allows less must not get more.
      share(`${path}\0${limitBytes}`, () => read(path, limitBytes), givingUp.signal)
        .finally(() => clearTimeout(timer))
        .then(resolve, reject);
    });
}

/** The files of connections. The threads are those of the process: so are the turns. */
export const readSharedFile: SharedFiles = shareFiles(readSmallFile, {
  slots: fileThreads(process.env["UV_THREADPOOL_SIZE"]),
  patienceSeconds: PATIENCE_SECONDS,
});
