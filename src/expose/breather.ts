/** So long may nothing else go on. */
const LONGEST_STRETCH_MS = 5;

/** Lets others have their turn whenever that is due; nothing to wait for while it is not. */
export function breather(): () => Promise<void> | undefined {
  let sinceMs = performance.now();
  return () => {
    if (performance.now() - sinceMs < LONGEST_STRETCH_MS) return undefined;
    return new Promise((resolve) => {
      setImmediate(() => {
        sinceMs = performance.now();
        resolve();
      });
    });
  };
}
