import { escapedJson, printable } from "../printable.ts";
import { checksOf } from "./checks.ts";
import { wantsColour } from "./colour.ts";
import { exitCodes, type Command } from "./command.ts";
import { connectionFlags, connectionFlagsHelp, connectionOf } from "./connection-words.ts";
import { doctorJson } from "./doctor-json.ts";
import { doctorText, isFine } from "./doctor-text.ts";
import { examine } from "./examine.ts";
import { textWidth } from "./fit-screen.ts";
import { loadServers } from "./load-servers.ts";
import { mapAtMost, SERVERS_AT_ONCE } from "./map-at-most.ts";
import { namesServer } from "./names-server.ts";
import { parseWords } from "./parse-words.ts";

const flags = {
  ...connectionFlags,
  json: { type: "boolean", default: false },
  color: { type: "boolean", default: true },
} as const;

/** Says what keeps pgleash from its work, and what to run against it. */
export const doctor: Command = {
  help: `Usage: pgleash doctor [CONNECTION] [--json] [--config.file=FILE]

Examples:
  pgleash doctor postgres://pgleash@db1/postgres
  pgleash doctor 'host=db1 user=pgleash sslmode=verify-full'
  pgleash doctor --config.file=pgleash.yml --json

Connects to each server once, as "pgleash serve" would, and says what it finds: where it got to and how that is protected,
what it may see, and what is missing, with the SQL or the command to run. It changes nothing. Exits with 1 when a check
failed; a warning is no failure.

${connectionFlagsHelp}
  --json               JSON instead of text
  --config.file=FILE   the servers, and the policy; without it, DATABASE_URL or the PG* variables name the server
  --no-color           no colours; NO_COLOR, FORCE_COLOR and TERM=dumb hold too
`,
  async run(runtime, words) {
    const { values, positionals } = parseWords(words, flags, 1);
    const url = connectionOf(values, positionals[0]);
    const loaded = await loadServers(runtime, values["config.file"], url);
    if ("problems" in loaded) {
      runtime.writeError(`${loaded.problems.join("\n")}\n`);
      return exitCodes.failed;
    }
    const { config } = loaded;
    const { variables } = runtime;
    for (const warning of config.warnings) runtime.writeError(`${printable(warning)}\n`);
    const isNamed = url !== undefined || values["config.file"] !== undefined || namesServer(variables);
    const [guessed] = config.servers;
    if (!isNamed && guessed !== undefined)
      runtime.writeError(`pgleash: nobody named a server: ${guessed.name} is the default\n`);
    const wanted = { mode: config.policy.rules.length === 0 ? null : config.policy.mode };
    const examined = await mapAtMost(SERVERS_AT_ONCE, config.servers, async (server) => {
      const examination = await examine(server, config);
      return { server: server.name, examination, checks: checksOf(examination, wanted) };
    });
    const terminal = runtime.terminal();
    const isColoured = wantsColour({
      variables,
      isTerminal: terminal !== undefined,
      isFlagged: values.color,
    });
    const lines = values.json
      ? [escapedJson(doctorJson(examined, config.warnings), 2)]
      : doctorText(examined, { width: textWidth(terminal), isColoured });
    runtime.write(`${lines.join("\n")}\n`);
    return examined.every(isFine) ? exitCodes.ok : exitCodes.failed;
  },
};
