import { emptyMemory } from "../classify/memory.ts";
import type { Config, ServerConfig } from "../config/config.ts";
import { cycle } from "../cycle.ts";
import { sessionsIn, suspectBackends, suspectPools } from "../expose/aggregate.ts";
import { outlook } from "../expose/outlook.ts";
import type { Report } from "../expose/report.ts";
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

Looks once and prints what looks leaked: sessions, and prepared transactions. Exits with 3 when there is any,
with 1 when a server could not be looked at or hides something from us, with 0 when all is well.

Examples:
  pgleash suspects postgres://pgleash@db1/postgres
  PGHOST=db1 pgleash suspects --json

  --json               JSON instead of a table
  --config.file=FILE   thresholds and servers; without it the built-in thresholds hold

One look cannot tell a stalled COPY from one that moves, nor a pool that grows from a large one: only
"pgleash serve" reports them.
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
    const { config } = loaded;
    const views = await Promise.all(config.servers.map((server) => lookAt(server, config)));
    runtime.write(values.json ? `${escapedJson(suspectsJson(views), 2)}\n` : text(views));
    return conclude(runtime, views);
  },
};

/** A single look has nobody to vouch for it, so it believes the rows. */
async function lookAt(
  server: ServerConfig,
  { labelBudget, commentLabels: commentKeys }: Config,
): Promise<ServerView> {
  const { name, connection, lookTimeoutSeconds, thresholds, pools } = server;
  const view = firstView(name, 0);
  const session = openSession(connection);
  const deadline = startDeadline(lookTimeoutSeconds);
  try {
    const probed = await probe(session, { deadline, lookTimeoutSeconds });
    const judging = { thresholds, pools, gapSeconds: Infinity, believesRows: true };
    const { report, memory } = await cycle(session, emptyMemory(), { probe: probed, ...judging, deadline });
    return viewAfterLook(view, { report, probe: probed, tally: memory.tally, labelBudget, commentKeys });
  } catch (error) {
    return viewAfterFailure(view, toFailure(error));
  } finally {
    await session.close();
  }
}

function text(views: readonly ServerView[]): string {
  const lines = [
    ...suspectTable(rankedSuspects(views)),
    ...outlook(views).map(printable),
    summary(
      views.flatMap(({ report }) => report ?? []),
      views.length,
    ),
  ];
  return `${lines.join("\n")}\n`;
}

/** A server that could not be looked at is not calm: the sentence says so, also to who reads standard output only. */
function summary(reports: readonly Report[], servers: number): string {
  const sessions = sum(reports, ({ snapshot }) => sessionsIn(snapshot.groups));
  const found = sum(reports, (report) => suspectBackends(report).length);
  const pools = sum(reports, (report) => suspectPools(report).length);
  const prepared = sum(reports, ({ suspects: all }) => all.length) - found - pools;
  const hidden = sum(reports, ({ snapshot }) => snapshot.coverage.hiddenSessions);
  const unseen = servers - reports.length;
  return [
    `${found} of ${sessions} sessions suspected`,
    ...(prepared > 0 ? [`${prepared} prepared transactions too`] : []),
    ...(pools > 0 ? [`${pools} pools overgrown`] : []),
    ...(hidden > 0 ? [`${hidden} hidden from us`] : []),
    ...(unseen > 0 ? [`${unseen} of ${servers} servers could not be looked at`] : []),
  ].join("; ");
}

function sum(reports: readonly Report[], count: (report: Report) => number): number {
  return reports.reduce((total, report) => total + count(report), 0);
}

function conclude(runtime: Runtime, views: readonly ServerView[]): 0 | 1 | 3 {
  const blind = views.flatMap((view) => whyBlind(view).map((why) => `${view.server}: ${why}`));
  for (const line of blind) runtime.writeError(`pgleash: ${printable(line)}\n`);
  if (views.some(({ report }) => (report?.suspects.length ?? 0) > 0)) return exitCodes.suspects;
  return blind.length > 0 ? exitCodes.failed : exitCodes.ok;
}

/** Why finding nobody proves nothing. */
function whyBlind({ failure, report, evidenceFailure, probe: probed }: ServerView): readonly string[] {
  if (failure !== null) return [`${failure.reason}: ${failure.message}`];
  const hidden = report?.snapshot.coverage.hiddenSessions ?? 0;
  return [
    ...(hidden > 0 ? [`${hidden} sessions are hidden from ${probed?.user}: grant it pg_monitor`] : []),
    ...(evidenceFailure === null ? [] : [`prepared transactions and lock waits unseen: ${evidenceFailure}`]),
  ];
}
