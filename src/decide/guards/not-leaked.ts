import type { Guard } from "../guard.ts";

/** A suspect is only worth a look; somebody may still come back for it. What was leaked at an earlier look may be none now. */
export const notLeaked: Guard = {
  reason: "not_leaked",
  why: ({ episode }) => (episode.severityNow === "leaked" ? null : "it is only a suspect, not leaked yet"),
};
