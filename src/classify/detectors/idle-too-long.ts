import type { Detector } from "../detector.ts";

/**
 * A session outside any transaction that has not moved for very long. A healthy pool looks the same, so it is off by
 * default, and says nothing while there are slots for everybody. Who listens or holds an advisory lock is on duty.
 * Nobody is spared for a client address in the application name: everybody can write one there.
 */
export const idleTooLong: Detector = {
  kind: "idle_too_long",
  sight: "idle_sessions",
  period: ({ backend }) =>
    backend.state === "idle" && backend.queryStart !== null ? backend.stateChange : null,
  ageSeconds({ backend, isUnderPressure, isOnDuty }) {
    const isIdle = backend.state === "idle" && backend.queryStart !== null;
    if (!isIdle || !isUnderPressure || isOnDuty) return null;
    return backend.stateSeconds;
  },
};
