import { removePauseOrder } from "../act/pause-file.ts";
import { exitCodes, type Command } from "./command.ts";
import { parseWords } from "./parse-words.ts";
import { pausePath, pausePathFlags } from "./pause-path.ts";

/** Takes a pause back. */
export const resume: Command = {
  help: `Usage: pgleash resume --config.file=FILE
       pgleash resume --pause-file=PATH

Examples:
  pgleash resume --config.file=pgleash.yml
  pgleash resume --pause-file=/var/lib/pgleash/pause.json

Removes the pause file, whoever wrote it, but no file that is no pause order. From its next look on, pgleash does again what its policy allows.

  --config.file=FILE   the configuration, whose policy.pause_file is removed
  --pause-file=PATH    the pause file itself, as an absolute path
`,
  async run(runtime, words) {
    const { values } = parseWords(words, pausePathFlags, 0);
    const path = await pausePath(runtime, values);
    if (path === undefined) return exitCodes.failed;
    try {
      const wasPaused = await removePauseOrder(path);
      runtime.write(wasPaused ? `${path}: resumed\n` : `${path}: was not paused\n`);
      return exitCodes.ok;
    } catch (error) {
      runtime.writeError(`pgleash: not resumed: ${error instanceof Error ? error.message : String(error)}\n`);
      return exitCodes.failed;
    }
  },
};
