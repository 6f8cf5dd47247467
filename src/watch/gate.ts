/** Gives a place back. Calling it again does nothing. */
export type Leave = () => void;

/** Lets so many in at once. The others wait, and whoever came first goes first. */
export type Gate = {
  /** Resolves once there is a place; with `null` when the signal is aborted before. */
  enter(signal: AbortSignal): Promise<Leave | null>;
};

export function createGate(places: number): Gate {
  let free = places;
  const waiting = new Set<() => void>();

  function place(): Leave {
    let isTaken = true;
    free -= 1;
    return () => {
      if (!isTaken) return;
      isTaken = false;
      free += 1;
      const [next] = waiting;
      next?.();
    };
  }

  return {
    enter(signal) {
      return new Promise((resolve) => {
        const goIn = (): void => {
          waiting.delete(goIn);
          signal.removeEventListener("abort", goAway);
          resolve(place());
        };
        const goAway = (): void => {
          waiting.delete(goIn);
          resolve(null);
        };
        if (signal.aborted) goAway();
        else if (free > 0) goIn();
        else {
          waiting.add(goIn);
          signal.addEventListener("abort", goAway, { once: true });
        }
      });
    },
  };
}
