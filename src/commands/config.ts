import { showConfig } from "../config/show.ts";
import { exitCodes, UsageError, type Command } from "./command.ts";
import { load } from "./load.ts";
import { parseWords } from "./parse-words.ts";

/** Prints the configuration that holds. */
export const config: Command = {
  help: `Usage: pgleash config show [--config.file=FILE]

Prints the configuration that holds, every default filled in and secrets masked.

  --config.file=FILE   the configuration; without it, DATABASE_URL or the PG* variables name the server
`,
  async run(runtime, words) {
    const { values, positionals } = parseWords(words, { "config.file": { type: "string" } }, 1);
    if (positionals[0] !== "show") throw new UsageError('expected "pgleash config show"');
    const loaded = await load(runtime, values["config.file"]);
    if ("problems" in loaded) {
      runtime.writeError(`${loaded.problems.join("\n")}\n`);
      return exitCodes.failed;
    }
    runtime.write(showConfig(loaded.config));
    return exitCodes.ok;
  },
};
