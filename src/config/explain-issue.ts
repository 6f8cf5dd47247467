import type { core } from "zod";

import { closestWord } from "../closest-word.ts";
import { describeValue } from "./describe-value.ts";
import type { Mistake, Path } from "./issue.ts";

/** Words that are booleans in YAML 1.1, as many of our readers expect, and texts in YAML 1.2. */
const oldBooleans = new Map([
  ["no", "false"],
  ["off", "false"],
  ["yes", "true"],
  ["on", "true"],
]);

/** One issue of the schema in our words; an issue about several unknown keys becomes one mistake each. */
export function explainIssue(issue: core.$ZodIssue): readonly Mistake[] {
  const path = issue.path.filter((step) => typeof step !== "symbol");
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => explainUnknownKey([...path, key], key, issue.message));
  }
  const params = issue.code === "custom" ? issue.params : undefined;
  return [
    {
      path,
      at: "value",
      expected: issue.message,
      got: textIn(params, "got") ?? describeInput(issue),
      hint: textIn(params, "hint") ?? hintFor(issue),
    },
  ];
}

function explainUnknownKey(path: Path, key: string, known: string): Mistake {
  const near = closestWord(key, known.split(", "));
  const hint = near === undefined ? undefined : `did you mean ${near}?`;
  return { path, at: "key", expected: `one of ${known}`, got: "an unknown key", hint };
}

/** A text in the place of a mapping or a list may be anything, even a password: it is not repeated. */
function describeInput(issue: core.$ZodIssue): string {
  if (issue.code === "too_big" && Array.isArray(issue.input)) return `${issue.input.length}`;
  const isContainer = issue.code === "invalid_type" && /^(?:object|array|record|map)$/u.test(issue.expected);
  return isContainer && typeof issue.input === "string" ? "a text" : describeValue(issue.input);
}

function hintFor(issue: core.$ZodIssue): string | undefined {
  if (issue.input === undefined) return undefined;
  if (issue.input === null) return "give it a value, or remove the key";
  if (issue.code !== "invalid_type") return undefined;
  if (issue.expected === "string" && typeof issue.input !== "object") return "put it in quotes";
  if (issue.expected !== "boolean" || typeof issue.input !== "string") return undefined;
  const instead = oldBooleans.get(issue.input.toLowerCase());
  return instead === undefined ? undefined : `in YAML 1.2 this is a text: write ${instead}`;
}

function textIn(params: Readonly<Record<string, unknown>> | undefined, name: string): string | undefined {
  const value = params?.[name];
  return typeof value === "string" ? value : undefined;
}
