import type { TimeoutsJson } from "../expose/timeouts-json.ts";
import { timeoutsLines } from "../expose/timeouts-text.ts";
import { escapedJson, printable } from "../printable.ts";
import { adviceOfRecordings } from "./advice-of-recordings.ts";
import { adviceOfRunning } from "./advice-of-running.ts";
import { nothingAdvised, type Advised } from "./advised.ts";
import { defaultUrl } from "./ask-pgleash.ts";
import { exitCodes, UsageError, type Command } from "./command.ts";
import { connectionFlags, connectionFlagsHelp, connectionOf } from "./connection-words.ts";
import { noConnectionWord } from "./no-connection-word.ts";
import { parseWords } from "./parse-words.ts";
import type { Runtime } from "./runtime.ts";
import { timeoutsOfServers } from "./timeouts-of-servers.ts";

const flags = {
  ...connectionFlags,
  server: { type: "string" },
  url: { type: "string" },
  "http.config.file": { type: "string" },
  connect: { type: "boolean", default: false },
  json: { type: "boolean", default: false },
} as const;

/** More files than anybody rotates. */
const MOST_FILES = 100;

/** Says which settings fit the traffic that was seen. */
export const advise: Command = {
  help: `Usage: pgleash advise [FILE...] [--config.file=FILE] [--connect] [--server=NAME] [--json]
       pgleash advise --url=${defaultUrl} [--http.config.file=FILE] [--server=NAME] [--json]

Examples:
  pgleash advise
  pgleash advise looks.jsonl.1 looks.jsonl --config.file=pgleash.yml
  pgleash advise looks.jsonl --config.file=pgleash.yml --connect
  pgleash advise --host=db1 -U pgleash

Says which thresholds, timeouts and pool sizes fit the traffic that a running pgleash has seen since it was started, or
that "pgleash serve --record=FILE" put on record: how long sessions were idle inside a transaction and then went on, how often
idle_in_transaction_session_timeout would have fired, and how many sessions an application needed at once. It changes nothing:
the SQL that it prints is yours to run.

  FILE                 recordings, the older file first; without one the pgleash at the URL is asked
  --url=URL            where pgleash serves (${defaultUrl})
  --http.config.file=FILE
                       user, password, authority and client certificate, in the format that promtool reads
  --config.file=FILE   the thresholds by which they were recorded, and who is protected; without it what is built in
  --connect            ask the servers which timeouts their roles and databases have already
  --server=NAME        only this server
  --json               JSON instead of tables
${connectionFlagsHelp}: implies --connect

With --connect, and neither a FILE nor --url, only the servers are asked.

With too little history there is no advice, and it says how much is needed.
`,
  async run(runtime, words) {
    const { values, positionals } = parseWords(words, flags, MOST_FILES);
    const configFile = values["config.file"];
    const url = connectionOf(values, undefined);
    const connects = values.connect || url !== undefined;
    if (positionals.length > 0 && values.url !== undefined)
      throw new UsageError("expected a FILE or --url, got both");
    for (const file of positionals) noConnectionWord(file, "FILE");
    const advised = await adviceOf(runtime, positionals, { ...values, asksServersOnly: connects });
    if (advised === null) return exitCodes.failed;
    const asked = connects
      ? await timeoutsOfServers(runtime, { configFile, url, server: values.server }, advised.seen)
      : { timeouts: [], isComplete: true };
    if (asked === null) return exitCodes.failed;
    const { timeouts, isComplete } = asked;
    runtime.write(values.json ? jsonText(advised, timeouts) : plainText(advised, timeouts));
    return isComplete ? exitCodes.ok : exitCodes.failed;
  },
};

type Asked = Parameters<typeof adviceOfRunning>[1] & {
  readonly "config.file"?: string | undefined;
  readonly asksServersOnly: boolean;
};

/** `null`: standard error says why there is none. */
async function adviceOf(runtime: Runtime, files: readonly string[], asked: Asked): Promise<Advised | null> {
  const { "config.file": configFile, server, url, asksServersOnly } = asked;
  if (files.length > 0) return await adviceOfRecordings(runtime, files, { configFile, server });
  if (asksServersOnly && url === undefined) return nothingAdvised;
  return await adviceOfRunning(runtime, asked);
}

function jsonText({ json }: Advised, timeouts: readonly TimeoutsJson[]): string {
  return `${escapedJson({ servers: json, timeouts }, 2)}\n`;
}

function plainText({ lines }: Advised, timeouts: readonly TimeoutsJson[]): string {
  const all = [...lines, ...timeouts.flatMap((one) => timeoutsLines(one))];
  const shown = lines.length === 0 ? all.slice(1) : all;
  return shown.map((line) => `${printable(line)}\n`).join("");
}
