import { outlook } from "../expose/outlook.ts";
import { suspectTable } from "../expose/suspect-table.ts";
import { suspectsJson } from "../expose/suspects-json.ts";
import { escapedJson, printable } from "../printable.ts";
import { exitCodes, type Command } from "./command.ts";
import { connectionFlags, connectionFlagsHelp, connectionOf } from "./connection-words.ts";
import { textWidth } from "./fit-screen.ts";
import { loadServers } from "./load-servers.ts";
import { lookOnce } from "./look-once.ts";
import type { Looked } from "./looked.ts";
import { mapAtMost, SERVERS_AT_ONCE } from "./map-at-most.ts";
import { parseWords } from "./parse-words.ts";
import { poolsAbove } from "./pools-above.ts";
import type { Runtime } from "./runtime.ts";
import { summary } from "./summary.ts";
import { whyBlind } from "./why-blind.ts";

const flags = { ...connectionFlags, json: { type: "boolean", default: false } } as const;

/** Looks once at every server and prints who is suspected. */
export const suspects: Command = {
  help: `Usage: pgleash suspects [CONNECTION] [--json] [--config.file=FILE]

Examples:
  pgleash suspects postgres://pgleash@db1/postgres
  pgleash suspects 'host=db1 user=pgleash dbname=postgres'
  PGHOST=db1 pgleash suspects --json

Looks once and prints what looks leaked: sessions, prepared transactions, and declared pools above their size. Exits
with 3 when there is any, also where something went unseen; else with 1 when a server could not be looked at or hides
something from us, and with 0 when all is well.

${connectionFlagsHelp}
  --json               JSON instead of a table
  --config.file=FILE   thresholds and servers; without it the built-in thresholds hold

A terminal shows as many columns of the table as it has room for; a file or a pipe gets all. HARM, the worst first:
"blocks 2": two sessions wait for it; "vacuum 2.0k": it holds back vacuum by 2,000 transactions; "ddl": it would hold up
a schema change; "slot": it takes a connection slot.

One look cannot tell a stalled COPY from one that moves, a pool that grows from a large one, since when a pool has been
above its size, or when slots will run out: only "pgleash serve" can.
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
    const looked = await mapAtMost(SERVERS_AT_ONCE, config.servers, async (server): Promise<Looked> => {
      const view = await lookOnce(server, config);
      return { view, above: view.report === null ? [] : poolsAbove(view.report, server) };
    });
    const views = looked.map(({ view }) => view);
    runtime.write(
      values.json ? `${escapedJson(suspectsJson(views), 2)}\n` : text(looked, textWidth(runtime.terminal())),
    );
    return conclude(runtime, looked, loaded.isComplete);
  },
};

function text(looked: readonly Looked[], mostColumns: number): string {
  const views = looked.map(({ view }) => view);
  const lines = [
    ...suspectTable(views, mostColumns),
    ...[...aboveTexts(looked), ...outlook(views)].map(printable),
    summary(looked),
  ];
  return `${lines.join("\n")}\n`;
}

function aboveTexts(looked: readonly Looked[]): readonly string[] {
  return looked.flatMap(({ view, above }) =>
    above.map(({ name, active, idle, excess }) => {
      const server = looked.length > 1 ? `${view.server}: ` : "";
      return `${server}pool ${name}: ${active + idle} sessions, ${excess} above its declared size`;
    }),
  );
}

function conclude(runtime: Runtime, looked: readonly Looked[], isComplete: boolean): 0 | 1 | 3 {
  const blind = looked.flatMap(({ view }) => whyBlind(view).map((why) => `${view.server}: ${why}`));
  for (const line of blind) runtime.writeError(`pgleash: ${printable(line)}\n`);
  if (looked.some(isFound)) return exitCodes.suspects;
  return blind.length > 0 || !isComplete ? exitCodes.failed : exitCodes.ok;
}

function isFound({ view, above }: Looked): boolean {
  return above.length + (view.report?.suspects.length ?? 0) > 0;
}
