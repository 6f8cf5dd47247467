import { parseArgs } from "node:util";

/** What is to be run. */
export type VerdictOptions = {
  readonly majors: readonly string[];
  readonly factor: number;
  readonly isQuick: boolean;
};

export const usage = `Usage: npm run bench:verdict -- [flags]

Plays labelled scenarios with real clients on a real PostgreSQL, and says how often pgleash was right about them, and how often the
rules that people use are. The tables go to standard output as Markdown, and what happens meanwhile to standard error.

  --majors=N,N     which PostgreSQL (13,15,18; others than 18 after "npm ci --prefix test/matrix")
  --factor=N       how many times as fast the time runs; 60 makes a second of every minute (60)
  --quick          some of the scenarios, for 35 minutes of theirs
`;

/** Throws an error with a sentence for the user where a word makes no sense; `null` when help is asked for. */
export function parseVerdictOptions(words: readonly string[]): VerdictOptions | null {
  const { values } = parseArgs({
    args: [...words],
    options: {
      majors: { type: "string", default: "13,15,18" },
      factor: { type: "string", default: "60" },
      quick: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return null;
  const majors = values.majors.split(",");
  for (const major of majors)
    if (!/^1[3-8]$/.test(major)) throw new Error(`--majors are of 13 to 18, not ${JSON.stringify(major)}`);
  const factor = Number(values.factor);
  if (!/^\d+$/.test(values.factor) || factor < 1 || factor > 120)
    throw new Error(`--factor is a number from 1 to 120, not ${JSON.stringify(values.factor)}`);
  return { majors, factor, isQuick: values.quick };
}
