import { expect, test } from "vitest";

import { wrapBehind } from "../../src/commands/wrap.ts";

const story = "A large COPY is opened for a download that was cancelled.";

test("a text behind a head goes on under its own beginning", () => {
  expect(wrapBehind("  export  ", story, 40)).toEqual([
    "  export  A large COPY is opened for a",
    "          download that was cancelled.",
  ]);
});

test("a text that fits is one line, and so is any where no width is known", () => {
  expect(wrapBehind("  export  ", story, 10 + story.length)).toEqual([`  export  ${story}`]);
  expect(wrapBehind("  export  ", story, Infinity)).toEqual([`  export  ${story}`]);
});

test("a terminal that is narrower than the head still gets words, not letters", () => {
  expect(wrapBehind("  export  ", story, 5)[0]).toBe("  export  A large COPY is");
});
