/** `npm run bench:verdict`: plays, judges, prints tables, and leaves nothing behind. */
import { createLifetime } from "../lifetime.ts";
import { tell } from "../progress.ts";
import { parseVerdictOptions, usage, type VerdictOptions } from "./options.ts";
import { verdictReport } from "./report/report.ts";
import { runVerdict } from "./run.ts";

const INTERRUPTED = 130;
const BAD_WORDS = 2;

const options = optionsOf(process.argv.slice(2));
if (options !== null) process.exitCode = await bench(options);

function optionsOf(words: readonly string[]): VerdictOptions | null {
  try {
    const parsed = parseVerdictOptions(words);
    if (parsed === null) process.stdout.write(usage);
    return parsed;
  } catch (error) {
    process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    process.exitCode = BAD_WORDS;
    return null;
  }
}

async function bench(asked: VerdictOptions): Promise<number> {
  const lifetime = createLifetime();
  let isInterrupted = false;
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.once(signal, () => {
      isInterrupted = true;
      tell("interrupted: everything that was started is ended");
      void lifetime.end().finally(() => process.exit(INTERRUPTED));
    });
  }
  try {
    const { run, complaints } = await runVerdict(lifetime, asked);
    if (isInterrupted) return INTERRUPTED;
    process.stdout.write(`${verdictReport(run)}\n`);
    for (const complaint of complaints) process.stderr.write(`bench: ${complaint}\n`);
    return complaints.length === 0 ? 0 : 1;
  } catch (error) {
    if (isInterrupted) return INTERRUPTED;
    process.stderr.write(
      `bench: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
    return 1;
  } finally {
    await lifetime.end();
  }
}
