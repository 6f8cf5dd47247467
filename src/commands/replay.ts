import { escapedJson, printable } from "../printable.ts";
import { replayFile, type TriedPolicy } from "../record/replay-file.ts";
import { exitCodes, UsageError, type Command, type ExitCode } from "./command.ts";
import { load } from "./load.ts";
import { noConnectionWord } from "./no-connection-word.ts";
import { parseWords } from "./parse-words.ts";
import { noLookText, unreadableText } from "./recording-text.ts";
import { replayJson } from "./replay-json.ts";
import { replayText } from "./replay-text.ts";
import { rulesFor } from "./rules-for.ts";
import type { Runtime } from "./runtime.ts";

const flags = {
  "config.file": { type: "string" },
  against: { type: "string" },
  server: { type: "string" },
  json: { type: "boolean", default: false },
} as const;

/** Tries a policy on what was recorded. */
export const replay: Command = {
  help: `Usage: pgleash replay FILE --config.file=NEW.yml [--against=OLD.yml] [--server=NAME] [--json]

Examples:
  pgleash replay looks.jsonl --config.file=pgleash.yml
  pgleash replay looks.jsonl --config.file=new.yml --against=old.yml

Judges the looks that "pgleash serve --record=FILE" put on record by the thresholds, pools and policy of a configuration, in
a dry run, and prints what the policy would have done, when, and what spared the rest. It connects to no server.

  --config.file=FILE   what to try; a recorded server that it does not name is judged as its only one
  --against=FILE       print what tells the policy apart from this one, too
  --server=NAME        only the looks at this server
  --json               JSON instead of a table

Nobody is gone for having been ended: whoever the policy would end is there at the next look as well, if it was. The file
that was moved aside when the recording got large is FILE.1.
`,
  async run(runtime, words) {
    const { values, positionals } = parseWords(words, flags, 1);
    const [file] = positionals;
    if (file === undefined)
      throw new UsageError("expected a FILE: pgleash replay looks.jsonl --config.file=pgleash.yml");
    noConnectionWord(file, "FILE");
    const configFile = values["config.file"];
    if (configFile === undefined) throw new UsageError("expected --config.file=NEW.yml, the policy to try");
    const configFiles = values.against === undefined ? [configFile] : [configFile, values.against];
    const policies = await policiesOf(runtime, configFiles);
    if (policies === null) return exitCodes.failed;
    const replayed = await replayFile(file, policies, values.server);
    if ("problem" in replayed) return failed(runtime, replayed.problem);
    const unreadable = unreadableText(replayed);
    if (unreadable !== null) runtime.writeError(`pgleash: ${printable(unreadable)}\n`);
    const [tried, against = null] = replayed.replays;
    if (tried === undefined || tried.servers.size === 0)
      return failed(runtime, noLookText([file], values.server, replayed));
    const shown = values.json
      ? escapedJson(replayJson(tried, against), 2)
      : replayText(tried, against).map(printable).join("\n");
    runtime.write(`${shown}\n`);
    return exitCodes.ok;
  },
};

/** What the configuration files say, or `null`: then standard error says what is wrong with them. */
async function policiesOf(
  runtime: Runtime,
  files: readonly string[],
): Promise<readonly TriedPolicy[] | null> {
  // Nothing connects: nobody need say as whom.
  const anybody = { ...runtime, osUser: runtime.osUser ?? "pgleash" };
  const policies: TriedPolicy[] = [];
  for (const file of files) {
    const loaded = await load(anybody, file);
    if ("problems" in loaded) {
      runtime.writeError(`${loaded.problems.join("\n")}\n`);
      return null;
    }
    policies.push({ file, rulesFor: (server) => rulesFor(loaded.config, server) });
  }
  return policies;
}

function failed(runtime: Runtime, problem: string): ExitCode {
  runtime.writeError(`pgleash: ${printable(problem)}\n`);
  return exitCodes.failed;
}
