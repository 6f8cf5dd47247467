import type { ConfiguredExpectedWork, ConfiguredMarkerAllowance } from "./config.ts";
import { matchAll } from "./matcher.ts";
import type { FileConfig } from "./schema.ts";

/** The expected work of one server: that of the nearer places comes first. */
export function fillExpected(places: readonly FileConfig["expected"][]): readonly ConfiguredExpectedWork[] {
  return places
    .flatMap((works) => works ?? [])
    .map(({ match, for: forSeconds, kinds, reason = null }) => {
      return { match: match.map(({ text }) => text), matches: matchAll(match), kinds, forSeconds, reason };
    });
}

/** Whose markers are believed on one server: what the nearer places say comes first. */
export function fillMarkers(
  places: readonly FileConfig["expect_markers"][],
): readonly ConfiguredMarkerAllowance[] {
  return places
    .flatMap((allowances) => allowances ?? [])
    .map(({ match, at_most: atMostSeconds, in_all: inAllSeconds = atMostSeconds }) => {
      return { match: match.map(({ text }) => text), matches: matchAll(match), atMostSeconds, inAllSeconds };
    });
}
