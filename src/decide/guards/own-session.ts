import type { Guard } from "../guard.ts";

/** pgleash, here or elsewhere: a watchdog that ends watchdogs ends the watch. */
export const ownSession: Guard = {
  reason: "own_session",
  why({ episode: { backend }, situation }) {
    const isOurs = backend.usename === situation.ownRole || backend.applicationName === "pgleash";
    return isOurs ? "it belongs to pgleash: its role, or its application name" : null;
  },
};
