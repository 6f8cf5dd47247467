import type { Guard } from "../guard.ts";
import { isOwnSession } from "../own-session.ts";

/** pgleash, here or elsewhere: a watchdog that ends watchdogs ends the watch. Who hides its name may be one. */
export const ownSession: Guard = {
  reason: "own_session",
  why({ episode: { backend }, situation }) {
    if (isOwnSession(backend, situation.ownRole))
      return "it belongs to pgleash: its role, or its application name";
    return backend.applicationName === null ? "its application name is unknown: it may be pgleash" : null;
  },
};
