import { getPriority, setPriority } from "node:os";

const PRECEDENCE = -10;

/**
 * Lets these processes run before others, where we may (root), until the returned function is called: what a busy machine costs a look is not
 * made shorter by a fast clock. What they start meanwhile runs so, too. A process that has ended is left out.
 */
export function takePrecedence(pids: readonly number[]): () => void {
  const before = pids.flatMap((pid) => {
    const priority = tried(() => getPriority(pid));
    return priority === undefined ? [] : [{ pid, priority }];
  });
  for (const { pid } of before) tried(() => setPriority(pid, PRECEDENCE));
  return () => {
    for (const { pid, priority } of before) tried(() => setPriority(pid, priority));
  };
}

/** `undefined` where the system refuses. */
function tried<Result>(ask: () => Result): Result | undefined {
  try {
    return ask();
  } catch {
    return undefined;
  }
}
