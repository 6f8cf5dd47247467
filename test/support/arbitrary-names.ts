import * as fc from "fast-check";

const nasty = [
  "\\",
  '"',
  "\n",
  "\r",
  "\t",
  "{",
  "}",
  "=",
  ",",
  ":",
  "a",
  "b",
  "…",
  "é",
  "👍",
  "\u2028",
  "\u0085",
];

/** Names as users may give them: quotes, escapes, separators and braces of the format, and anything else that is Unicode. */
export const hostileName = fc.oneof(
  fc.string({ unit: "binary", maxLength: 20 }),
  fc.string({ unit: fc.constantFrom(...nasty), maxLength: 20 }),
  fc
    .array(
      fc.constantFrom("datname", "usename", "application_name", "state", ":", ",", "a", "b", '"', "\\n"),
      { maxLength: 8 },
    )
    .map((words) => words.join("")),
);
