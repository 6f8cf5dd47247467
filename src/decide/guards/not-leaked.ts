import type { Guard } from "../guard.ts";

/** A suspect is only worth a look; somebody may still come back for it. */
export const notLeaked: Guard = {
  reason: "not_leaked",
  why: ({ episode }) => (episode.severity === "leaked" ? null : "it is only a suspect, not leaked yet"),
};
