import { formatTimeLeft } from "../../readable-time.ts";
import type { Guard } from "../guard.ts";

/** Whoever was said to take long is not ended before that is over, though others wait for it: they are why it is told of. */
export const expected: Guard = {
  reason: "expected",
  why({ episode: { expectation } }) {
    if (expectation === null) return null;
    const { source, leftSeconds, reason } = expectation;
    const by = source === "configuration" ? "by the configuration" : `by its ${source.replace("_", " ")}`;
    const why = reason === null ? "" : ` (${reason})`;
    return `it is expected for another ${formatTimeLeft(leftSeconds)}, ${by}${why}`;
  },
};
