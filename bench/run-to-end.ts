import { createLifetime, type Lifetime } from "./lifetime.ts";
import { tell } from "./progress.ts";

/** A benchmark as a program: what its words mean, and what they make it do. */
export type Bench<Options> = {
  readonly usage: string;
  /** `null` when help is asked for. Throws an error with a sentence for the user where a word makes no sense. */
  parse(words: readonly string[]): Options | null;
  /** Everything that is started belongs to the lifetime. Each complaint is a sentence, and a failure. */
  run(
    lifetime: Lifetime,
    options: Options,
  ): Promise<{ readonly report: string; readonly complaints: readonly string[] }>;
};

const INTERRUPTED = 130;
const BAD_WORDS = 2;

/** Runs it, prints its report, and leaves nothing behind. Resolves with the exit code. */
export async function runToEnd<Options>(bench: Bench<Options>, words: readonly string[]): Promise<number> {
  let options: Options | null;
  try {
    options = bench.parse(words);
  } catch (error) {
    process.stderr.write(
      `bench: ${error instanceof Error ? error.message : String(error)}\n\n${bench.usage}`,
    );
    return BAD_WORDS;
  }
  if (options !== null) return await measure(bench, options);
  process.stdout.write(bench.usage);
  return 0;
}

async function measure<Options>(bench: Bench<Options>, options: Options): Promise<number> {
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
    const { report, complaints } = await bench.run(lifetime, options);
    if (isInterrupted) return INTERRUPTED;
    process.stdout.write(`${report}\n`);
    for (const complaint of complaints) process.stderr.write(`bench: ${complaint}\n`);
    return complaints.length === 0 ? 0 : 1;
  } catch (error) {
    // What is ended under its feet fails.
    if (isInterrupted) return INTERRUPTED;
    process.stderr.write(
      `bench: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
    return 1;
  } finally {
    await lifetime.end();
  }
}
