import type { Guard } from "../guard.ts";

/** Somebody said stop. */
export const paused: Guard = {
  reason: "paused",
  why: ({ situation: { permits } }) => (permits.pause === null ? null : `paused: ${permits.pause.reason}`),
};
