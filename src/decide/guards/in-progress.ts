import type { Guard } from "../guard.ts";

/** Maintenance reports its progress; ended halfway it leaves invalid indexes. A COPY that stands still is no progress. */
export const inProgress: Guard = {
  reason: "in_progress",
  why({ episode: { backend, kind } }) {
    const isStalledCopy = backend.progress?.command === "COPY" && kind === "stalled_client";
    return backend.progress === null || isStalledCopy
      ? null
      : `it reports progress of ${backend.progress.command}`;
  },
};
