import { expect, test } from "vitest";

import { timeText } from "../src/time-text.ts";

test.for(["1970-01-01T00:00:00Z", "2026-11-20T14:05:59.9Z", "2027-01-15T23:59:59Z"])(
  "the time %s is told to the second, with its date",
  (iso) => {
    expect(timeText(Date.parse(iso) / 1000)).toBe(`${iso.slice(0, 19)}Z`);
  },
);
