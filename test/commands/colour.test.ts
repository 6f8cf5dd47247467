import { describe, expect, test } from "vitest";

import { painted, wantsColour } from "../../src/commands/colour.ts";

describe("colours", () => {
  test.for([
    { variables: {}, isTerminal: true, isFlagged: true, wanted: true },
    { variables: {}, isTerminal: false, isFlagged: true, wanted: false },
    { variables: {}, isTerminal: true, isFlagged: false, wanted: false },
    { variables: { NO_COLOR: "1" }, isTerminal: true, isFlagged: true, wanted: false },
    { variables: { NO_COLOR: "" }, isTerminal: true, isFlagged: true, wanted: true },
    { variables: { TERM: "dumb" }, isTerminal: true, isFlagged: true, wanted: false },
    { variables: { TERM: "xterm" }, isTerminal: true, isFlagged: true, wanted: true },
    { variables: { FORCE_COLOR: "1" }, isTerminal: false, isFlagged: true, wanted: true },
    {
      variables: { FORCE_COLOR: "1", NO_COLOR: "1", TERM: "dumb" },
      isTerminal: false,
      isFlagged: true,
      wanted: true,
    },
    { variables: { FORCE_COLOR: "0" }, isTerminal: true, isFlagged: true, wanted: false },
    { variables: { FORCE_COLOR: "false" }, isTerminal: true, isFlagged: true, wanted: false },
    { variables: { FORCE_COLOR: "" }, isTerminal: true, isFlagged: true, wanted: true },
    { variables: { FORCE_COLOR: "1" }, isTerminal: true, isFlagged: false, wanted: false },
  ])(
    "are wanted: $wanted, with $variables, on a terminal: $isTerminal, flag: $isFlagged",
    ({ wanted, ...asked }) => {
      expect(wantsColour(asked)).toBe(wanted);
    },
  );

  test("are those of the terminal, and end with the word", () => {
    expect(painted("failed", "failed", true)).toBe("\u001B[31mfailed\u001B[39m");
    expect(painted("ok", "ok", true)).toBe("\u001B[32mok\u001B[39m");
    expect(painted("warning", "warning", false)).toBe("warning");
  });
});
