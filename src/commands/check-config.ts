import { exitCodes, UsageError, type Command } from "./command.ts";
import { load } from "./load.ts";
import { parseWords } from "./parse-words.ts";

/** Says everything that is wrong with a configuration file, at once. */
export const checkConfig: Command = {
  help: `Usage: pgleash check-config FILE

Says everything that is wrong with a configuration file, as file:line:column.
Exits with 1 when anything is.
`,
  async run(runtime, words) {
    const { positionals } = parseWords(words, {}, 1);
    const [file] = positionals;
    if (file === undefined) throw new UsageError("expected a FILE: pgleash check-config pgleash.yml");
    const loaded = await load(runtime, file);
    if ("problems" in loaded) {
      runtime.writeError(`${loaded.problems.join("\n")}\n`);
      return exitCodes.failed;
    }
    const { length } = loaded.config.servers;
    runtime.write(`${file} is fine: ${length} ${length === 1 ? "server" : "servers"}\n`);
    return exitCodes.ok;
  },
};
