import * as z from "zod";

import { readDocument } from "./document.ts";
import { explainIssue } from "./explain-issue.ts";
import { formatPath } from "./issue.ts";
import type { ConfigIssue, Mistake, Path, Position } from "./issue.ts";
import { jsonPlaces, type JsonPlaces } from "./json-places.ts";
import { mapping } from "./mapping.ts";
import { measureJson } from "./measure-json.ts";
import { valueAt } from "./raw-file.ts";
import type { Target } from "./target.ts";

/** What a servers file is called, and what stands in it. */
export type TargetSource = { readonly name: string; readonly text: string };

export type TargetsResult =
  | { readonly targets: readonly Target[] }
  /** `untold`: how many more there are. */
  | { readonly issues: readonly ConfigIssue[]; readonly untold: number };

/** Longer lists are not told: the file is of another kind. */
const MOST_ISSUES = 20;

/** To read YAML takes a hundred times as long as JSON. */
const LARGEST_YAML_BYTES = 256 * 1024;

/** In one file, as in all of them: twice as many as one process watches. */
export const MOST_TARGETS = 2000;
const MOST_GROUPS = 2000;
const MOST_LABELS = 20_000;
/** More than these come to. */
const MOST_JSON_VALUES = 100_000;

const labelValue = z.union([z.string(), z.number(), z.boolean(), z.null()], { error: "a text" });

const group = mapping({
  targets: z
    .array(z.string({ error: "host:port, or a connection string" }), { error: "a list of targets" })
    .nullish(),
  labels: z.record(z.string(), labelValue, { error: "a mapping of labels to texts" }).nullish(),
});

const groups = z.array(group, { error: "a list of mappings with targets and labels" });

/** The labels that may name a server, the first before the second. */
const nameLabels = ["server", "instance"];

/** Reads a file in the format of Prometheus' file_sd: JSON where it is called so, else YAML. No message repeats a target. */
export function parseTargetGroups({ name, text }: TargetSource): TargetsResult {
  const document = /\.json$/iu.test(name) ? readJson(text) : readYaml(text);
  if ("issues" in document) return firstOf(document.issues, (issue) => ({ source: name, ...issue }));
  const place = (path: Path, at: Mistake["at"]): Target["place"] => {
    return { source: name, position: document.positionOf(path, at), path: formatPath(path) };
  };
  const read = readGroups(document.value);
  if ("mistakes" in read) {
    return firstOf(read.mistakes, ({ path, at, expected, got, hint }) => {
      return { ...place(path, at), expected, got, hint };
    });
  }
  const targets = read.groups.flatMap((one, index) => {
    const label = nameLabels.map((key) => textOf(one.labels?.[key])).find((value) => value !== "");
    return (one.targets ?? []).map((target, at): Target => {
      return { text: target, label, place: place([index, "targets", at], "value") };
    });
  });
  return { targets };
}

/** Only those that are told need a place, which costs a walk through the text. */
function firstOf<Mistaken>(
  all: readonly Mistaken[],
  tell: (mistake: Mistaken) => ConfigIssue,
): TargetsResult {
  return { issues: all.slice(0, MOST_ISSUES).map(tell), untold: Math.max(0, all.length - MOST_ISSUES) };
}

type Groups = { readonly groups: z.output<typeof groups> } | { readonly mistakes: readonly Mistake[] };

/** Counted first: the schema fails, and takes seconds, where very many things are wrong at once. */
function readGroups(value: unknown): Groups {
  const excess = findTooMany(value);
  if (excess !== undefined) return { mistakes: [excess] };
  const read = groups.safeParse(value, { reportInput: true });
  if (!read.success) return { mistakes: read.error.issues.flatMap(explainIssue) };
  const mistakes = read.data.flatMap((one, index) => (isForNobody(one) ? [forNobody(index)] : []));
  return mistakes.length > 0 ? { mistakes } : { groups: read.data };
}

/** Where there is nobody a program writes `targets: []`; who leaves it out has forgotten it. */
function isForNobody({ targets, labels }: z.output<typeof group>): boolean {
  return (targets ?? null) === null && Object.keys(labels ?? {}).length > 0;
}

function forNobody(index: number): Mistake {
  const hint = "write targets: [] where there is nobody";
  return { path: [index], at: "value", expected: "targets beside labels", got: "none", hint };
}

/** What is no list and no mapping holds nothing. What stands beside the two known keys counts as labels do. */
function findTooMany(value: unknown): Mistake | undefined {
  const all = itemsOf(value);
  if (all.length > MOST_GROUPS) return tooMany(`${MOST_GROUPS} groups`, all.length);
  let [targets, labels] = [0, 0];
  for (const one of all) {
    targets += itemsOf(valueAt(one, ["targets"])).length;
    labels += keyCount(valueAt(one, ["labels"])) + Math.max(0, keyCount(one) - 2);
  }
  if (targets > MOST_TARGETS) return tooMany(`${MOST_TARGETS} targets`, targets);
  return labels > MOST_LABELS ? tooMany(`${MOST_LABELS} labels`, labels) : undefined;
}

function tooMany(most: string, count: number): Mistake {
  return { path: [], at: "value", expected: `at most ${most}`, got: `${count}`, hint: undefined };
}

function itemsOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function keyCount(value: unknown): number {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? Object.keys(value).length : 0;
}

/** As in Prometheus, an empty label is none. */
function textOf(value: z.output<typeof labelValue> | undefined): string {
  return value === undefined || value === null ? "" : String(value);
}

type Read =
  | { readonly value: unknown; readonly positionOf: (path: Path, at: Mistake["at"]) => Position | undefined }
  | { readonly issues: readonly Omit<ConfigIssue, "source">[] };

function readYaml(text: string): Read {
  if (Buffer.byteLength(text) > LARGEST_YAML_BYTES)
    return wrong("at most 256 KiB of YAML", "more", "write a longer list as .json");
  const { value, mistakes, positionOf } = readDocument(text);
  if (mistakes.length > 0) return { issues: mistakes };
  // A file that is just being written is empty: its servers are not gone.
  return value === null || value === undefined ? empty : { value, positionOf };
}

/** Places cost another walk through the text. The whole of it, of which there may be far too much, needs none. */
function readJson(text: string): Read {
  if (text.trim() === "") return empty;
  if (measureJson(text, MOST_JSON_VALUES) > MOST_JSON_VALUES)
    return wrong(`JSON of at most ${MOST_JSON_VALUES} values`, "more");
  let places: JsonPlaces | undefined;
  try {
    const value: unknown = JSON.parse(text);
    const positionOf = (path: Path, at: Mistake["at"]): Position | undefined =>
      path.length === 0 ? undefined : (places ??= jsonPlaces(text)).positionOf(path, at);
    return { value, positionOf };
  } catch {
    // The parser's own message repeats what it stumbled over.
    const got = "a character that cannot stand here, or too early an end";
    const issue = { position: jsonPlaces(text).brokenAt, path: "", expected: "JSON", got, hint: undefined };
    return { issues: [issue] };
  }
}

function wrong(expected: string, got: string, hint?: string): Read {
  return { issues: [{ position: undefined, path: "", expected, got, hint }] };
}

const empty = wrong(
  "a list of mappings with targets and labels",
  "nothing",
  "write [] where there is no server",
);
