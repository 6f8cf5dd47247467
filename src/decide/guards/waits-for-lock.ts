import type { Guard } from "../guard.ts";

/** A waiter is a victim: whoever blocks it is the leak. */
export const waitsForLock: Guard = {
  reason: "waits_for_lock",
  // Whatever its state: a fastpath call waits as well, and state and wait are not read at the same instant.
  why: ({ episode: { backend } }) =>
    backend.waitEventType === "Lock" ? "it waits for a lock that another session holds" : null,
};
