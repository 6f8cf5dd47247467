/** `npm run bench:verdict`: plays, judges, prints tables, and leaves nothing behind. */
import { runToEnd } from "../run-to-end.ts";
import { parseVerdictOptions, usage } from "./options.ts";
import { verdictReport } from "./report/report.ts";
import { runVerdict } from "./run.ts";
import { missingClients } from "./stage/missing-clients.ts";

const verdicts = {
  usage,
  parse: parseVerdictOptions,
  async run(...played: Parameters<typeof runVerdict>) {
    const { run, complaints } = await runVerdict(...played);
    return { report: verdictReport(run), complaints };
  },
};

const words = process.argv.slice(2);
const missing = words.includes("--help") ? null : await missingClients();
if (missing !== null) process.stderr.write(`bench: ${missing}\n`);
process.exitCode = missing === null ? await runToEnd(verdicts, words) : 1;
