import type { Guard } from "../guard.ts";

/** A waiter is a victim: whoever blocks it is the leak. */
export const waitsForLock: Guard = {
  reason: "waits_for_lock",
  why: ({ episode: { backend } }) =>
    backend.state === "active" && backend.waitEventType === "Lock"
      ? "it waits for a lock that another session holds"
      : null,
};
