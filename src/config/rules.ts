import { leakKinds } from "../classify/kind.ts";
import type { LeakKind } from "../classify/kind.ts";
import { builtInThresholds } from "../classify/thresholds.ts";
import { formatDuration, parseDuration } from "./duration.ts";
import { expectedRules } from "./expected-rules.ts";
import { formatPath } from "./issue.ts";
import type { Mistake, Path } from "./issue.ts";
import { policyRules } from "./policy-rules.ts";
import { poolRules } from "./pool-rules.ts";
import { isGiven, itemPaths, repeatedTexts, serverPaths, valueAt, watchedPaths } from "./raw-file.ts";
import type { Rule } from "./raw-file.ts";
import { serversFileRules } from "./servers-file-rules.ts";

const rules: readonly Rule[] = [
  oneScheduleInEachPlace,
  everyServerHasItsOwnName,
  aLookEndsBeforeTheNext,
  quickLooksComeBetweenLooks,
  suspectComesBeforeLeaked,
  everyCommentLabelOnce,
  ...serversFileRules,
  ...expectedRules,
  ...poolRules,
  ...policyRules,
];

/** All mistakes between fields, each once. A field that is wrong by itself is no party to any of them. */
export function checkRules(file: unknown): readonly Mistake[] {
  const found = new Map<string, Mistake>();
  for (const mistake of rules.flatMap((rule) => rule(file))) {
    const key = formatPath(mistake.path);
    if (!found.has(key)) found.set(key, mistake);
  }
  return [...found.values()];
}

function oneScheduleInEachPlace(file: unknown): readonly Mistake[] {
  const places: readonly Path[] = [[], ...serverPaths(file)];
  return places
    .filter((place) => isGiven(file, [...place, "every"]) && isGiven(file, [...place, "cron"]))
    .map((place) => {
      return {
        path: [...place, "cron"],
        at: "key",
        expected: "either every or cron",
        got: "both",
        hint: undefined,
      };
    });
}

function everyServerHasItsOwnName(file: unknown): readonly Mistake[] {
  const paths = serverPaths(file).map((server) => [...server, "name"]);
  return repeatedTexts(file, paths, {
    expected: "a name that no other server has",
    got: (first) => `the name of ${formatPath(first.slice(0, -1))}`,
  });
}

function everyCommentLabelOnce(file: unknown): readonly Mistake[] {
  return repeatedTexts(file, itemPaths(file, ["comment_labels"]), {
    expected: "every key once",
    got: (first) => `the key of ${formatPath(first)}`,
  });
}

function aLookEndsBeforeTheNext(file: unknown): readonly Mistake[] {
  return watchedPaths(file).flatMap((place) => {
    const every = everyOf(file, place);
    return every === null ? [] : inOrder(settingOf(file, "look_timeout", [place, []], 0), every);
  });
}

/** A pattern may be as uneven as it likes: only an interval can be compared. */
function quickLooksComeBetweenLooks(file: unknown): readonly Mistake[] {
  return watchedPaths(file).flatMap((place) => {
    const every = everyOf(file, place);
    const quick = settingOf(file, "quick_every", [place, []], 0);
    return every === null || quick.seconds === 0 ? [] : inOrder(quick, every, "apart");
  });
}

/** The interval of a server; `null` where a pattern says when to look. */
function everyOf(file: unknown, place: Path): Setting | null {
  const hasOwnSchedule = isGiven(file, [...place, "every"]) || isGiven(file, [...place, "cron"]);
  const scheduled: Path = hasOwnSchedule ? place : [];
  if (isGiven(file, [...scheduled, "cron"])) return null;
  return settingOf(file, "every", hasOwnSchedule ? [place] : [place, []], 10);
}

function suspectComesBeforeLeaked(file: unknown): readonly Mistake[] {
  return watchedPaths(file).flatMap((server) => {
    const base: readonly Path[] = [[...server, "detectors"], ["detectors"]];
    const ownOverrides = overridePaths(file, [...server, "overrides"]);
    const overrides = [...ownOverrides, ...overridePaths(file, ["overrides"])];
    return leakKinds.flatMap((kind) => [
      ...thresholdsInOrder(file, kind, base),
      ...overrides
        .filter((override) => isGiven(file, [...override, kind]))
        .flatMap((override) => thresholdsInOrder(file, kind, [override, ...base])),
    ]);
  });
}

function thresholdsInOrder(file: unknown, kind: LeakKind, places: readonly Path[]): readonly Mistake[] {
  const ofKind = places.map((place) => [...place, kind]);
  const { suspectAfterSeconds, leakedAfterSeconds } = builtInThresholds[kind];
  const suspect = settingOf(file, "suspect_after", ofKind, suspectAfterSeconds);
  const leaked = settingOf(file, "leaked_after", ofKind, leakedAfterSeconds);
  return inOrder(suspect, leaked);
}

/** What holds for a field: where it is given nearest (`rank` 0), or built in. `seconds` is undefined if unreadable. */
type Setting = {
  readonly name: string;
  readonly path: Path | undefined;
  readonly rank: number;
  readonly seconds: number | undefined;
};

function settingOf(file: unknown, name: string, places: readonly Path[], builtIn: number): Setting {
  for (const [rank, place] of places.entries()) {
    const path = [...place, name];
    const value = valueAt(file, path);
    if (value === undefined) continue;
    return { name, path, rank, seconds: typeof value === "string" ? parseDuration(value) : undefined };
  }
  return { name, path: undefined, rank: places.length, seconds: builtIn };
}

/** How two fields are bounded by each other, in words: whether they may be the same. */
const bounds = { same: ["at most", "at least"], apart: ["less than", "more than"] } as const;

/** The mistake is told where it was made: at the nearer of the two fields. */
function inOrder(less: Setting, more: Setting, limit: keyof typeof bounds = "same"): readonly Mistake[] {
  if (less.seconds === undefined || more.seconds === undefined || less.seconds < more.seconds) return [];
  if (less.seconds === more.seconds && limit === "same") return [];
  const [most, least] = bounds[limit];
  const [culprit, other, bound] = less.rank <= more.rank ? [less, more, most] : [more, less, least];
  if (culprit.path === undefined) return [];
  const origin = other.path === undefined ? `${other.name}, built in` : formatPath(other.path);
  const expected = `${bound} ${formatDuration(other.seconds ?? 0)} (${origin})`;
  const got = formatDuration(culprit.seconds ?? 0);
  return [{ path: culprit.path, at: "value", expected, got, hint: undefined }];
}

function overridePaths(file: unknown, list: Path): readonly Path[] {
  return itemPaths(file, list).map((item) => [...item, "detectors"]);
}
