import { formatDuration, parseDuration } from "./duration.ts";
import type { Mistake } from "./issue.ts";
import { itemPaths, serverPaths, valueAt } from "./raw-file.ts";
import type { Rule } from "./raw-file.ts";

/** The rules between the fields of expected work. */
export const expectedRules: readonly Rule[] = [allMarkersReachAsFarAsOne];

/** What cannot be read by itself is the matter of its own field. */
function allMarkersReachAsFarAsOne(file: unknown): readonly Mistake[] {
  const allowances = [[], ...serverPaths(file)].flatMap((place) =>
    itemPaths(file, [...place, "expect_markers"]),
  );
  return allowances.flatMap((allowance): readonly Mistake[] => {
    const path = [...allowance, "in_all"];
    const [inAll, atMost] = [valueAt(file, path), valueAt(file, [...allowance, "at_most"])];
    if (typeof inAll !== "string" || typeof atMost !== "string") return [];
    const [all, most] = [parseDuration(inAll), parseDuration(atMost)];
    if (all === undefined || most === undefined || all >= most) return [];
    const expected = `at least ${formatDuration(most)} (at_most)`;
    const hint = "one marker may already reach as far as at_most";
    return [{ path, at: "value", expected, got: formatDuration(all), hint }];
  });
}
