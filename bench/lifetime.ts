/** What was started and has to be ended, whatever happens. */
export type Lifetime = {
  /** Ended with this lifetime, the last one first; at once where that has ended already. */
  owns(end: () => Promise<void> | void): void;
  /** A lifetime that ends earlier, and with this one at the latest. Throws where this one has ended. */
  part(): Lifetime;
  /** Ends everything. Throws the first failure, after all others were tried. */
  end(): Promise<void>;
};

/** Nothing is owned at first. */
export function createLifetime(): Lifetime {
  const ends = new Set<() => Promise<void> | void>();
  let hasEnded = false;
  return {
    owns(end) {
      if (!hasEnded) ends.add(end);
      else void Promise.resolve(end()).catch(() => undefined); // nobody waits for what comes too late
    },
    part() {
      if (hasEnded) throw new Error("everything was ended");
      const part = createLifetime();
      const endPart = (): Promise<void> => part.end();
      ends.add(endPart);
      part.owns(() => void ends.delete(endPart));
      return part;
    },
    async end() {
      hasEnded = true;
      const failures: unknown[] = [];
      const lastFirst = [...ends].toReversed();
      ends.clear();
      for (const end of lastFirst) {
        try {
          await end();
        } catch (error) {
          failures.push(error);
        }
      }
      if (failures.length > 0) throw failures[0];
    },
  };
}

/** Runs a task with a lifetime of its own, and ends that when the task is over or has failed. */
export async function within<Result>(
  outer: Lifetime,
  task: (lifetime: Lifetime) => Promise<Result>,
): Promise<Result> {
  const lifetime = outer.part();
  try {
    return await task(lifetime);
  } finally {
    await lifetime.end();
  }
}
