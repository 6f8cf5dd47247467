import { describeValue } from "../config/describe-value.ts";
import { parseArgs, type ParseArgsConfig } from "node:util";
import { UsageError } from "./command.ts";

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
  if (surplus !== undefined) throw new UsageError(`unexpected argument ${describeValue(surplus)}`);
  return parsed;
}

function readWords<T extends Options>(words: readonly string[], options: T): Parsed<T> {
  try {
    return parseArgs({ args: [...words], options, allowPositionals: true, allowNegative: true });
  } catch (error) {
    // Node's hint about "--" fits no command of ours.
    const message =
      error instanceof Error ? error.message.replace(/\. To specify a positional argument.*$/s, "") : "";
    const known = Object.keys(options)
      .map((name) => `--${name}`)
      .join(", ");
    throw new UsageError(known === "" ? message : `${message}. Known flags: ${known}`);
  }
}
