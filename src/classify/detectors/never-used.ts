import type { Detector } from "../detector.ts";

/** A connection that was opened and never ran a statement: somebody connected, and forgot it. */
export const neverUsed: Detector = {
  kind: "never_used",
  sight: "idle_sessions",
  period: ({ backend }) =>
    backend.state === "idle" && backend.queryStart === null ? backend.stateChange : null,
  ageSeconds: ({ backend }) =>
    backend.state === "idle" && backend.queryStart === null ? backend.stateSeconds : null,
};
