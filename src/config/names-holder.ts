import type { Target } from "../decide/target.ts";
import { holderLabels } from "./matcher-labels.ts";
import type { Matcher } from "./matcher.ts";
import { unseenTarget } from "./unseen-target.ts";

/** No two of these share a character, so a pattern that names somebody fits one of them at most. */
const characters = ["q", "z", "j", "x", "0", "7", "Q", "Z"];
const lengths = [1, 2, 3, 5, 8, 13, 21, 34, 55];
const separators = ["-", "_", ".", "/", " ", ":"];

const nobodysNames = [
  ...lengths.flatMap((length) => characters.map((character) => character.repeat(length))),
  ...separators.flatMap((separator) => characters.map((one) => `${one}${one}${separator}${one}${one}`)),
  // Addresses that are reserved for documentation.
  "192.0.2.7",
  "198.51.100.83",
  "203.0.113.45",
  "2001:db8::19",
  "3fff::c4",
];

/**
 * Whether a matcher names somebody: by database, role, application or client, not by who it is not, and not with a
 * pattern for everybody. A pattern that fits the empty text, or two texts that have nothing in common, is one.
 */
export function namesHolder(matcher: Matcher<Target>): boolean {
  if (!holderLabels.includes(matcher.label) || matcher.isNegated) return false;
  const fits = (name: string): boolean => matcher.matches(anybody(name));
  return !fits("") && nobodysNames.filter(fits).length < 2;
}

function anybody(name: string): Target {
  return { ...unseenTarget, datname: name, usename: name, applicationName: name, clientAddr: name };
}
