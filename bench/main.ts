/** `npm run bench`: measures, prints a table, and leaves nothing behind. */
import { parseOptions, usage } from "./options.ts";
import { runBench } from "./run.ts";
import { runToEnd } from "./run-to-end.ts";

process.exitCode = await runToEnd({ usage, parse: parseOptions, run: runBench }, process.argv.slice(2));
