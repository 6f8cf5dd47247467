import type { Guard } from "../guard.ts";

/** pgleash, here or elsewhere: a watchdog that ends watchdogs ends the watch. Who hides its name may be one. */
export const ownSession: Guard = {
  reason: "own_session",
  why({ episode: { backend }, situation }) {
    const { usename, applicationName } = backend;
    if (usename === situation.ownRole || applicationName === "pgleash")
      return "it belongs to pgleash: its role, or its application name";
    return applicationName === null ? "its application name is unknown: it may be pgleash" : null;
  },
};
