import { parseArgs } from "node:util";

import { mixes, type Mix } from "./world/crowd-plan.ts";

/** What is to be measured, and how often. */
export type BenchOptions = {
  readonly sessions: readonly number[];
  readonly mixes: readonly Mix[];
  readonly major: string;
  /** Of everything; each is a row of samples of every target in turn. */
  readonly repetitions: number;
  readonly samples: number;
  /** Only what noise cannot break, held to its limits. */
  readonly isQuick: boolean;
};

export const usage = `Usage: npm run bench -- [flags]

Measures pgleash on a real PostgreSQL, beside the floors and beside prometheus-postgres-exporter where that is installed.
The table goes to standard output as Markdown, and what happens meanwhile to standard error.

  --sessions=N,N        how many sessions the server has (50,500,2000,5000; those that memory allows)
  --mix=calm|incident   how they spend their time (both)
  --repetitions=N       how often everything is measured, in turns; at least 3 (3)
  --samples=N           how often each target runs in one repetition (40)
  --major=13..18        which PostgreSQL (18; others after "npm ci --prefix test/matrix")
  --quick               only counts, held to their limits: exits with 1 where one is passed; takes some two minutes
`;

/** Throws an error with a sentence for the user where a word makes no sense; `null` when help is asked for. */
export function parseOptions(words: readonly string[]): BenchOptions | null {
  const { values } = parseArgs({
    args: [...words],
    options: {
      sessions: { type: "string" },
      mix: { type: "string" },
      repetitions: { type: "string", default: "3" },
      samples: { type: "string", default: "40" },
      major: { type: "string", default: "18" },
      quick: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return null;
  const sessions = values.sessions ?? (values.quick ? "50,200" : "50,500,2000,5000");
  if (!/^1[3-8]$/.test(values.major)) throw new Error(`--major is one of 13 to 18, not ${values.major}`);
  return {
    sessions: sessions.split(",").map((text) => count("--sessions", text, { least: 20, most: 20_000 })),
    mixes: values.mix === undefined ? (values.quick ? ["calm"] : mixes) : [mixOf(values.mix)],
    major: values.major,
    repetitions: count("--repetitions", values.repetitions, { least: 3, most: 100 }),
    samples: count("--samples", values.samples, { least: 10, most: 10_000 }),
    isQuick: values.quick,
  };
}

function mixOf(text: string): Mix {
  const mix = mixes.find((one) => one === text);
  if (mix === undefined) throw new Error(`--mix is one of ${mixes.join(", ")}, not ${text}`);
  return mix;
}

function count(
  flag: string,
  text: string,
  { least, most }: { readonly least: number; readonly most: number },
): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < least || value > most)
    throw new Error(`${flag} is a number from ${least} to ${most}, not ${JSON.stringify(text)}`);
  return value;
}
