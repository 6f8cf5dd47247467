import { escapedJson } from "../printable.ts";
import { exitCodes, type Command } from "./command.ts";
import { parseWords } from "./parse-words.ts";

/** Prints which pgleash this is, and what it runs on. */
export const version: Command = {
  help: `Usage: pgleash version [--json]

Examples:
  pgleash --version
  pgleash version --json

Prints the version of pgleash, and that of Node.js.

  --json   JSON instead of a line
`,
  run(runtime, words) {
    const { values } = parseWords(words, { json: { type: "boolean", default: false } }, 0);
    const { pgleash, node } = runtime.versions;
    runtime.write(
      values.json ? `${escapedJson({ pgleash, node }, 2)}\n` : `pgleash ${pgleash} (node ${node})\n`,
    );
    return Promise.resolve(exitCodes.ok);
  },
};
