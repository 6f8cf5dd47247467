/** Runs an operation again and again, one after another. All who ask before one begins share it: however many ask, one waits. */
export function oneForAll<Result>(operation: () => Promise<Result>): () => Promise<Result> {
  let last: Promise<unknown> = Promise.resolve();
  let next: Promise<Result> | null = null;
  const begin = (): Promise<Result> => {
    next = null;
    return operation();
  };
  return () => {
    next ??= last.then(begin, begin);
    last = next;
    return next;
  };
}
