import * as z from "zod";

import { closestWord } from "../../closest-word.ts";
import { describeValue } from "../../config/describe-value.ts";
import { bcryptCost } from "../passwords/bcrypt-hash.ts";
import { parseGoDuration } from "./go-duration.ts";

/** A text. As in Go, whatever is written without quotes is one too, and an empty value is an empty text. */
export const textField = z
  .union([z.string(), z.number(), z.boolean(), z.null()], { error: "a text" })
  .transform((value) => (value === null ? "" : String(value)));

/** The words for yes and no of YAML 1.1, which is what Prometheus' own programs read. */
const oldBooleans: ReadonlyMap<unknown, boolean> = new Map([
  ...["y", "Y", "yes", "Yes", "YES", "on", "On", "ON"].map((word) => [word, true] as const),
  ...["n", "N", "no", "No", "NO", "off", "Off", "OFF"].map((word) => [word, false] as const),
]);

export const switchField = z.unknown().transform((value, context) => {
  const meant = typeof value === "boolean" ? value : oldBooleans.get(value);
  if (meant !== undefined) return meant;
  return refuse(context, { expected: "true or false", got: describeValue(value) });
});

/** One of these names, in exactly this spelling. */
export function oneOfField<Name extends string>(names: readonly Name[], expected: string): z.ZodType<Name> {
  return z.unknown().transform((value, context) => {
    const name = names.find((known) => known === value);
    if (name !== undefined) return name;
    const near = typeof value === "string" ? nearest(value, names) : undefined;
    const hint = near === undefined ? undefined : `did you mean ${near}?`;
    return refuse(context, { expected, got: describeValue(value), hint });
  });
}

/** A bcrypt hash. Somebody may have put the password itself in its place, so it is never repeated. */
export const hashField = textField.transform((text, context) => {
  if (bcryptCost(text) !== undefined) return text;
  const got = text === "" ? "nothing" : "a text that is none";
  return refuse(context, {
    expected: "a bcrypt hash",
    got,
    hint: "htpasswd -nBC 10 prints one; put it in quotes",
  });
});

/** Hashes by the names of users. A map, for any name is one of a user: to an object, `__proto__` is something else. */
export const usersField = z.preprocess(
  (value) => (isMapping(value) ? new Map(Object.entries(value)) : value),
  z.map(z.string(), hashField, { error: "a mapping of users to bcrypt hashes" }),
);

function isMapping(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value of a header. Line breaks become spaces, as in Go: YAML's folded texts end with one. */
export const headerField = textField.transform((text, context) => {
  const value = text.replace(/[\r\n]/g, " ").trim();
  if (!/[^\P{Cc}\t]/u.test(value)) return Buffer.from(value).toString("latin1");
  return refuse(context, { expected: "a text without control characters", got: "one with them" });
});

/** Seconds, from a duration in Go's notation. */
export const goDurationField = textField.transform((text, context) => {
  const seconds = parseGoDuration(text);
  if (seconds !== undefined) return seconds;
  return refuse(context, {
    expected: "a duration such as 1s, 500ms or 1m30s",
    got: text === "" ? "nothing" : describeValue(text),
  });
});

type Refusal = { readonly expected: string; readonly got: string; readonly hint?: string | undefined };

function refuse(context: z.RefinementCtx, { expected, got, hint }: Refusal): never {
  context.addIssue({ code: "custom", message: expected, params: { got, hint } });
  return z.NEVER;
}

function nearest(value: string, names: readonly string[]): string | undefined {
  const lower = new Map(names.map((name) => [name.toLowerCase(), name]));
  return lower.get(closestWord(value, [...lower.keys()]) ?? "");
}
