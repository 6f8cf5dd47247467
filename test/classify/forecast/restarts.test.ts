import { expect, test } from "vitest";

import { growthsIn } from "./simulated.ts";

const RESTART_EVERY_SECONDS = 600;

/** Six sessions a minute, until the application is restarted and all of them go at once. */
function leakThatRestarts(atSeconds: number): { readonly quiet: number; readonly sessions: number } {
  const quiet = Math.floor((atSeconds % RESTART_EVERY_SECONDS) / 10);
  return { quiet, sessions: quiet + 5 };
}

test("a leak whose application is restarted again and again is told each time", () => {
  const looks = { everySeconds: 10, untilSeconds: 8 * RESTART_EVERY_SECONDS };
  const restarts = growthsIn(leakThatRestarts, looks).map(({ atSeconds }) =>
    Math.floor(atSeconds / RESTART_EVERY_SECONDS),
  );
  expect([...new Set(restarts)]).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
});
