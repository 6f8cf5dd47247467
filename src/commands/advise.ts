import { adviceFrom } from "../advise/advice.ts";
import { builtInRules } from "../classify/thresholds.ts";
import { shippedProtections } from "../config/protections.ts";
import { adviceJson, type AdviceJson } from "../expose/advice-json.ts";
import { adviceLines } from "../expose/advice-text.ts";
import type { TimeoutsJson } from "../expose/timeouts-json.ts";
import { timeoutsLines } from "../expose/timeouts-text.ts";
import { escapedJson, printable } from "../printable.ts";
import { recordedHistories, type HistoryRules, type RecordedHistories } from "../record/recorded-history.ts";
import { exitCodes, UsageError, type Command } from "./command.ts";
import { connectionFlags, connectionFlagsHelp, connectionOf } from "./connection-words.ts";
import { load } from "./load.ts";
import { parseWords } from "./parse-words.ts";
import { rulesFor } from "./rules-for.ts";
import type { Runtime } from "./runtime.ts";
import { timeoutsOfServers } from "./timeouts-of-servers.ts";

const flags = {
  ...connectionFlags,
  server: { type: "string" },
  connect: { type: "boolean", default: false },
  json: { type: "boolean", default: false },
} as const;

/** More files than anybody rotates. */
const MOST_FILES = 100;

/** The advice for the servers of a history, one part a server. */
type Advised = { readonly json: readonly AdviceJson[]; readonly lines: readonly string[] };

/** Says which settings fit the traffic that was seen. */
export const advise: Command = {
  help: `Usage: pgleash advise [FILE...] [--config.file=FILE] [--connect] [--server=NAME] [--json]

Examples:
  pgleash advise looks.jsonl.1 looks.jsonl --config.file=pgleash.yml
  pgleash advise looks.jsonl --config.file=pgleash.yml --connect
  pgleash advise --host=db1 -U pgleash

Says which thresholds, timeouts and pool sizes fit the traffic that "pgleash serve --record=FILE" put on record: how long
sessions were idle inside a transaction and then went on, how often idle_in_transaction_session_timeout would have fired, and
how many sessions an application needed at once. It changes nothing: the SQL that it prints is yours to run.

  FILE                 recordings, the older file first
  --config.file=FILE   the thresholds by which they were recorded, and who is protected; without it what is built in
  --connect            ask the servers, too, which timeouts their roles and databases have already
  --server=NAME        only this server
  --json               JSON instead of tables
${connectionFlagsHelp}: implies --connect

With too little history there is no advice, and it says how much is needed.
`,
  async run(runtime, words) {
    const { values, positionals } = parseWords(words, flags, MOST_FILES);
    const configFile = values["config.file"];
    const url = connectionOf(values, undefined);
    const connects = values.connect || url !== undefined;
    if (positionals.length === 0 && !connects)
      throw new UsageError("expected a FILE, or a server to connect to: pgleash advise looks.jsonl");
    const advised = await ofRecordings(runtime, positionals, { configFile, server: values.server });
    if (advised === null) return exitCodes.failed;
    const asked = connects
      ? await timeoutsOfServers(runtime, { configFile, url, server: values.server }, advised.json)
      : { timeouts: [], isComplete: true };
    if (asked === null) return exitCodes.failed;
    const { timeouts, isComplete } = asked;
    runtime.write(values.json ? jsonText(advised, timeouts) : plainText(advised, timeouts));
    return isComplete ? exitCodes.ok : exitCodes.failed;
  },
};

type Asked = { readonly configFile: string | undefined; readonly server: string | undefined };

/** What recordings advise, or `null`: then standard error says what is wrong with them. */
async function ofRecordings(
  runtime: Runtime,
  files: readonly string[],
  { configFile, server }: Asked,
): Promise<Advised | null> {
  if (files.length === 0) return { json: [], lines: [] };
  const rules = await historyRules(runtime, configFile);
  if (rules === null) return null;
  const read = await recordedHistories(files, { server, rulesFor: rules });
  if ("problem" in read) return failed(runtime, read.problem);
  const { histories, unreadable } = read;
  if (unreadable.lines > 0) runtime.writeError(`pgleash: ${printable(unreadableText(unreadable))}\n`);
  if (histories.size === 0) return failed(runtime, emptyText(files, server, read));
  const advice = [...histories].map(([name, history]) => [name, adviceFrom(history)] as const);
  return {
    json: advice.map(([name, one]) => adviceJson(name, one)),
    lines: advice.flatMap(([name, one], index) => [...(index > 0 ? [""] : []), ...adviceLines(name, one)]),
  };
}

/** By the configuration, or what is built in; `null` where the configuration is wrong. */
async function historyRules(
  runtime: Runtime,
  configFile: string | undefined,
): Promise<((server: string) => HistoryRules | null) | null> {
  if (configFile === undefined) {
    return () => ({ thresholds: builtInRules, policy: { protections: shippedProtections } });
  }
  // Nothing connects by it yet: nobody need say as whom.
  const loaded = await load({ ...runtime, osUser: runtime.osUser ?? "pgleash" }, configFile);
  if ("config" in loaded) return (server) => rulesFor(loaded.config, server);
  runtime.writeError(`${loaded.problems.join("\n")}\n`);
  return null;
}

function jsonText({ json }: Advised, timeouts: readonly TimeoutsJson[]): string {
  return `${escapedJson({ servers: json, timeouts }, 2)}\n`;
}

function plainText({ lines }: Advised, timeouts: readonly TimeoutsJson[]): string {
  const all = [...lines, ...timeouts.flatMap((one) => timeoutsLines(one))];
  const shown = lines.length === 0 ? all.slice(1) : all;
  return shown.map((line) => `${printable(line)}\n`).join("");
}

function failed(runtime: Runtime, problem: string): null {
  runtime.writeError(`pgleash: ${printable(problem)}\n`);
  return null;
}

function unreadableText({ lines, first }: RecordedHistories["unreadable"]): string {
  return lines === 1
    ? `${first}: this line is no recorded look, and was left out`
    : `${first}: this line is no recorded look, and ${lines - 1} more are none; they were left out`;
}

function emptyText(
  files: readonly string[],
  server: string | undefined,
  { otherServers }: RecordedHistories,
): string {
  const none = `no look in ${files.join(", ")}`;
  if (server === undefined || otherServers.length === 0) return none;
  return `${none} is at ${JSON.stringify(server)}, but at ${otherServers.map((name) => JSON.stringify(name)).join(", ")}`;
}
