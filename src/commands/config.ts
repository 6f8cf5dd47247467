import { showConfig } from "../config/show.ts";
import { exitCodes, UsageError, type Command } from "./command.ts";
import { load } from "./load.ts";
import { parseWords } from "./parse-words.ts";

/** Prints the configuration that holds. */
export const config: Command = {
  help: `Usage: pgleash config show [FILE]

Examples:
  pgleash config show pgleash.yml
  DATABASE_URL=postgres://db1/postgres pgleash config show

Prints the configuration that holds, every default filled in and secrets masked.

  FILE, --config.file=FILE   the configuration; without it, DATABASE_URL or the PG* variables name the server
`,
  async run(runtime, words) {
    const { values, positionals } = parseWords(words, { "config.file": { type: "string" } }, 2);
    const [show, file] = positionals;
    if (show !== "show") throw new UsageError('expected "pgleash config show"');
    if (file !== undefined && values["config.file"] !== undefined)
      throw new UsageError("expected FILE or --config.file, got both");
    const loaded = await load(runtime, file ?? values["config.file"]);
    if ("problems" in loaded) {
      runtime.writeError(`${loaded.problems.join("\n")}\n`);
      return exitCodes.failed;
    }
    runtime.write(showConfig(loaded.config));
    return exitCodes.ok;
  },
};
