import type { Guard } from "../guard.ts";

/** A session that hides who it is or what it does is nobody's to end: states that we do not know, and rows without names. */
export const unknownSession: Guard = {
  reason: "unknown_session",
  why({ episode: { backend } }) {
    const { datname, usename, state, isSuperuser, isReplication } = backend;
    if (datname === null || usename === null || isSuperuser === null || isReplication === null)
      return "its database or role is unknown";
    const isKnown = state !== "unknown" && state !== "starting" && state !== "disabled";
    return isKnown ? null : `its state is ${state}`;
  },
};
