import { parseArgs, type ParseArgsConfig } from "node:util";

import { closestWord } from "../closest-word.ts";
import { describeValue } from "../config/describe-value.ts";
import { UsageError } from "./command.ts";
import { psqlAdvice } from "./psql-words.ts";

type Options = NonNullable<ParseArgsConfig["options"]>;
type Parsed<T extends Options> = ReturnType<
  typeof parseArgs<{ options: T; allowPositionals: true; allowNegative: true }>
>;

/** Reads flags and at most `mostPositionals` other words. Throws a `UsageError` that names what it does not know. */
export function parseWords<T extends Options>(
  words: readonly string[],
  options: T,
  mostPositionals: number,
): Parsed<T> {
  const parsed = readWords(words, options);
  const surplus = parsed.positionals[mostPositionals];
  if (surplus !== undefined) throw new UsageError(surplusText(surplus, mostPositionals));
  return parsed;
}

/** A word of the command line for an error message. Like a URL, `key=value` pairs may hold a password. */
export function describeWord(word: string): string {
  return /^[^-]*=|pass/iu.test(word) ? "a text that may hold a password" : describeValue(word);
}

/** What may be a secret is not repeated, so it is also said how many there may be. */
function surplusText(surplus: string, mostPositionals: number): string {
  const shown = describeWord(surplus);
  const expected = mostPositionals === 0 ? "only flags are expected" : `at most ${mostPositionals} expected`;
  return `unexpected argument${shown.startsWith('"') ? "" : ","} ${shown}: ${expected}`;
}

function readWords<T extends Options>(words: readonly string[], options: T): Parsed<T> {
  try {
    return parseArgs({ args: [...words], options, allowPositionals: true, allowNegative: true });
  } catch (error) {
    // Node's hint about "--" fits no command of ours.
    const message =
      error instanceof Error ? error.message.replace(/\. To specify a positional argument.*$/s, "") : "";
    if (/^Unknown option '-\d/.test(message)) throw new UsageError(negativeText(message));
    const known = Object.entries(options).map(([name, option]) => writtenAs(name, option.default));
    const advice = known.length === 0 ? "" : `. Known flags: ${known.join(", ")}`;
    const meant = ("host" in options && psqlAdvice(message)) || meantText(message, options);
    throw new UsageError(`${message}${meant}${advice}`);
  }
}

function negativeText(message: string): string {
  return `${message.replace("Unknown option", "unexpected argument")}: no number here is negative`;
}

/** A switch that is on is there to be turned off. */
function writtenAs(name: string, byDefault: unknown): string {
  return `--${byDefault === true ? "no-" : ""}${name}`;
}

function meantText(message: string, options: Options): string {
  const unknown = /^Unknown option '--(?<name>[^']*)'/.exec(message)?.groups?.["name"] ?? "";
  const switches = Object.entries(options).filter(([, { type }]) => type === "boolean");
  const near = closestWord(unknown, [...Object.keys(options), ...switches.map(([name]) => `no-${name}`)]);
  return near === undefined ? "" : ` (did you mean --${near}?)`;
}
