import { expect, test } from "vitest";

import { parseOptions } from "../../bench/options.ts";

test("without words everything is measured", () => {
  expect(parseOptions([])).toEqual({
    sessions: [50, 500, 2000, 5000],
    mixes: ["calm", "incident"],
    major: "18",
    repetitions: 3,
    samples: 40,
    isQuick: false,
  });
});

test("a quick run is small, unless it is told otherwise", () => {
  expect(parseOptions(["--quick"])).toMatchObject({ sessions: [50, 200], mixes: ["calm"], isQuick: true });
  expect(parseOptions(["--quick", "--sessions=500"])).toMatchObject({ sessions: [500] });
});

test("sessions are a list, and a mix is one of two", () => {
  expect(parseOptions(["--sessions", "50,500", "--mix", "incident"])).toMatchObject({
    sessions: [50, 500],
    mixes: ["incident"],
  });
});

test.each([
  [["--sessions=5"], "--sessions is a number from 20 to 20000"],
  [["--sessions=50,"], '--sessions is a number from 20 to 20000, not ""'],
  [["--repetitions=2"], "--repetitions is a number from 3"],
  [["--samples=1e2"], "--samples is a number from 10"],
  [["--mix=busy"], "--mix is one of calm, incident, not busy"],
  [["--major=12"], "--major is one of 13 to 18, not 12"],
  [["--speed"], "'--speed'"],
])("%j is explained", (words, message) => {
  expect(() => parseOptions(words)).toThrow(message);
});

test("help is not a measurement", () => {
  expect(parseOptions(["--help"])).toBeNull();
});
