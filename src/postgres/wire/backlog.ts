/** Bytes that wait for the rest of their message. */
export type Backlog = {
  /** All of them. They hold until the next `add`. */
  bytes(): Buffer;
  add(chunk: Buffer): void;
  /** Forgets the first so many; what was read of them stays as it is. */
  drop(count: number): void;
};

/** Empty. It grows by doubling: a message that comes byte by byte costs no more than one that comes at once. */
export function createBacklog(): Backlog {
  let store: Buffer = Buffer.alloc(0);
  let filled = 0;
  return {
    bytes: () => store.subarray(0, filled),
    add(chunk) {
      if (filled === 0) {
        store = chunk;
        filled = chunk.length;
        return;
      }
      const needed = filled + chunk.length;
      if (needed > store.length) {
        const larger = Buffer.allocUnsafe(Math.max(needed, 2 * store.length));
        store.copy(larger, 0, 0, filled);
        store = larger;
      }
      chunk.copy(store, filled);
      filled = needed;
    },
    drop(count) {
      // A copy: what comes next must not be written behind bytes that somebody else reads.
      store = Buffer.from(store.subarray(count, filled));
      filled = store.length;
    },
  };
}
