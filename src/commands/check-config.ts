import { exitCodes, UsageError, type Command } from "./command.ts";
import { load } from "./load.ts";
import { parseWords } from "./parse-words.ts";

/** Says everything that is wrong with a configuration file, at once. */
export const checkConfig: Command = {
  help: `Usage: pgleash check-config FILE

Says everything that is wrong with a configuration file, as file:line:column.
Exits with 1 when anything is. A warning is no mistake: the file loads, but hardly does what was meant.
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
    const { servers, warnings } = loaded.config;
    for (const warning of warnings) runtime.writeError(`${warning}\n`);
    const but = warnings.length === 0 ? "is fine" : `loads, with ${counted(warnings.length, "warning")}`;
    runtime.write(`${file} ${but}: ${counted(servers.length, "server")}\n`);
    return exitCodes.ok;
  },
};

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
