/** Operations on files, one after another, none of which can keep us waiting. */
export type FileTurns = {
  /** What the operation resolves with. Rejects when it does, and after the patience, waiting for its turn included. */
  take<T>(operation: () => Promise<T>): Promise<T>;
};

/**
 * A disk that hangs holds a thread of Node's pool, of which there are few, for as long as it hangs. So one operation is
 * under way at a time, and while it is overdue no other is begun: each is refused at once.
 */
export function createFileTurns(patienceSeconds: number): FileTurns {
  let last: Promise<unknown> = Promise.resolve();
  let isOverdue = false;

  function tooLate(): Error {
    return new Error(`no answer within ${patienceSeconds} s`);
  }

  return {
    async take(operation) {
      if (isOverdue) throw tooLate();
      let isLate = false;
      const turn = last.then(() => {
        // Whoever asked has been told that it failed; it must not be done behind their back.
        if (isLate) throw tooLate();
        return operation();
      });
      last = turn.then(
        () => (isOverdue = false),
        () => (isOverdue = false),
      );
      let timer: NodeJS.Timeout | undefined;
      const patience = new Promise<never>((_resolve, reject) => {
        timer = setTimeout(() => {
          isLate = true;
          isOverdue = true;
          reject(tooLate());
        }, patienceSeconds * 1000);
      });
      try {
        return await Promise.race([turn, patience]);
      } finally {
        clearTimeout(timer);
      }
    },
  };
}
