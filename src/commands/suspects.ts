import { emptyMemory } from "../classify/memory.ts";
import type { ServerConfig } from "../config/config.ts";
import { cycle } from "../cycle.ts";
import { firstView, viewAfterFailure, viewAfterLook } from "../expose/server-view.ts";
import { rankedSuspects } from "../expose/suspect-columns.ts";
import { suspectTable } from "../expose/suspect-table.ts";
import { suspectsJson } from "../expose/suspects-json.ts";
import type { ServerView } from "../expose/view.ts";
import { toFailure } from "../postgres/failure.ts";
import { startDeadline } from "../postgres/deadline.ts";
import { probe } from "../postgres/probe.ts";
import { openSession } from "../postgres/session.ts";
import { escapedJson, printable } from "../printable.ts";
import { exitCodes, UsageError, type Command } from "./command.ts";
import { load } from "./load.ts";
import { parseWords } from "./parse-words.ts";
import type { Runtime } from "./runtime.ts";

const flags = { json: { type: "boolean", default: false }, "config.file": { type: "string" } } as const;

/** Looks once at every server and prints who is suspected. */
export const suspects: Command = {
  help: `Usage: pgleash suspects [URL] [--json] [--config.file=FILE]

Looks once and prints the sessions that look leaked. Exits with 3 when there are any, with 1 when a server
could not be looked at or hides sessions from us, with 0 when all is well.

Examples:
  pgleash suspects postgres://pgleash@db1/postgres
  PGHOST=db1 pgleash suspects --json

  --json               JSON instead of a table
  --config.file=FILE   thresholds and servers; without it the built-in thresholds hold

One look cannot tell a stalled COPY from one that moves: only "pgleash serve" reports it.
`,
  async run(runtime, words) {
    const { values, positionals } = parseWords(words, flags, 1);
    const [url] = positionals;
    if (url !== undefined && values["config.file"] !== undefined)
      throw new UsageError("expected a URL or --config.file, got both");
    const variables = url === undefined ? runtime.variables : { ...runtime.variables, DATABASE_URL: url };
    const loaded = await load({ ...runtime, variables }, values["config.file"]);
    if ("problems" in loaded) {
      runtime.writeError(`${loaded.problems.join("\n")}\n`);
      return exitCodes.failed;
    }
    const views = await Promise.all(
      loaded.config.servers.map((server) => lookAt(server, loaded.config.labelBudget)),
    );
    if (values.json) runtime.write(`${escapedJson(suspectsJson(views), 2)}\n`);
    else runtime.write(`${[...suspectTable(rankedSuspects(views)), summary(views)].join("\n")}\n`);
    return conclude(runtime, views);
  },
};

/** A single look has nobody to vouch for it, so it believes the rows. */
async function lookAt(server: ServerConfig, labelBudget: number): Promise<ServerView> {
  const { name, connection, lookTimeoutSeconds, thresholds } = server;
  const view = firstView(name, 0);
  const session = openSession(connection);
  const deadline = startDeadline(lookTimeoutSeconds);
  try {
    const probed = await probe(session, { deadline, lookTimeoutSeconds });
    const options = { probe: probed, thresholds, gapSeconds: Infinity, believesRows: true, deadline };
    const { report, memory } = await cycle(session, emptyMemory(), options);
    return viewAfterLook(view, { report, probe: probed, tally: memory.tally, labelBudget });
  } catch (error) {
    return viewAfterFailure(view, toFailure(error));
  } finally {
    await session.close();
  }
}

/** A server that could not be looked at is not calm: the sentence says so, also to who reads standard output only. */
function summary(views: readonly ServerView[]): string {
  const reports = views.flatMap(({ report }) => report ?? []);
  const sessions = reports
    .flatMap(({ snapshot }) => snapshot.groups)
    .reduce((sum, group) => sum + group.sessions, 0);
  const found = reports.flatMap((report) => report.suspects).length;
  const hidden = reports.reduce((sum, { snapshot }) => sum + snapshot.coverage.hiddenSessions, 0);
  const unseen = views.length - reports.length;
  return [
    `${found} of ${sessions} sessions suspected`,
    ...(hidden > 0 ? [`${hidden} hidden from us`] : []),
    ...(unseen > 0 ? [`${unseen} of ${views.length} servers could not be looked at`] : []),
  ].join("; ");
}

function conclude(runtime: Runtime, views: readonly ServerView[]): 0 | 1 | 3 {
  const blind = views.filter(({ report }) => report === null || report.snapshot.coverage.hiddenSessions > 0);
  for (const { server, failure, report, probe: probed } of blind) {
    const why =
      failure === null
        ? `${report?.snapshot.coverage.hiddenSessions} sessions are hidden from ${probed?.user}: grant it pg_monitor`
        : `${failure.reason}: ${failure.message}`;
    runtime.writeError(`pgleash: ${printable(`${server}: ${why}`)}\n`);
  }
  if (views.some(({ report }) => (report?.suspects.length ?? 0) > 0)) return exitCodes.suspects;
  return blind.length > 0 ? exitCodes.failed : exitCodes.ok;
}
