/** `npm run bench:verdict`: plays, judges, prints tables, and leaves nothing behind. */
import { runToEnd } from "../run-to-end.ts";
import { parseVerdictOptions, usage } from "./options.ts";
import { verdictReport } from "./report/report.ts";
import { runVerdict } from "./run.ts";

const verdicts = {
  usage,
  parse: parseVerdictOptions,
  async run(...played: Parameters<typeof runVerdict>) {
    const { run, complaints } = await runVerdict(...played);
    return { report: verdictReport(run), complaints };
  },
};

process.exitCode = await runToEnd(verdicts, process.argv.slice(2));
