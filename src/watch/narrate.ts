import type { EpisodeEvent } from "../classify/episode.ts";
import { suspectJson } from "../expose/suspect-json.ts";
import { exhaustionJson, type ExhaustionJson } from "../expose/suspects-json.ts";
import type { ServerView } from "../expose/view.ts";
import type { Log } from "../log.ts";
import type { Probe } from "../postgres/probe.ts";

/** Writes into the log what one look changed. What stays as it was is not repeated. */
export function narrate(log: Log, before: ServerView, after: ServerView): void {
  const { server } = after;
  if (after.failure !== null) {
    const fields = { server, reason: after.failure.reason, error: after.failure.message };
    if (before.failure?.reason === after.failure.reason) log.debug(fields, "look failed again");
    else log.error(fields, "look failed");
    return;
  }
  const isNewConnection = after.looks.connections > before.looks.connections;
  if (after.probe !== null && isNewConnection) narrateProbe(log, server, after.probe);
  else if (before.failure !== null) log.info({ server }, "looks succeed again");
  narrateCoverage(log, before, after);
  narrateEvidence(log, before, after);
  narrateForecasts(log, before, after);
  for (const event of after.report?.events ?? []) narrateEvent(log, server, event);
}

function narrateProbe(log: Log, server: string, probe: Probe): void {
  const { versionText: version, standby, pooled, user, privileges } = probe;
  log.info({ server, version, standby, user }, "connected");
  if (privileges.superuser)
    log.warn({ server, user }, "pgleash runs as a superuser: give it a role of its own with pg_monitor");
  if (pooled) log.warn({ server }, "a pooler sits in between: connect pgleash to the server itself");
}

function narrateCoverage(log: Log, before: ServerView, after: ServerView): void {
  const { server, report, probe } = after;
  const hiddenSessions = report?.snapshot.coverage.hiddenSessions ?? 0;
  const hiddenBefore = before.report?.snapshot.coverage.hiddenSessions ?? 0;
  const run = `GRANT pg_monitor TO ${quotedIdentifier(probe?.user ?? "")}`;
  if (hiddenSessions > 0 && hiddenBefore === 0)
    log.warn(
      { server, hidden_sessions: hiddenSessions, run },
      "sessions are hidden from pgleash: leaks go unseen",
    );
  const cut = report?.snapshot.coverage.candidatesCut ?? 0;
  if (cut > 0 && (before.report?.snapshot.coverage.candidatesCut ?? 0) === 0)
    log.warn(
      { server, candidates_cut: cut },
      "more candidates than one look reads: the youngest are left out",
    );
}

function narrateEvidence(log: Log, before: ServerView, after: ServerView): void {
  const { server, evidenceFailure: error } = after;
  if (error !== null && before.evidenceFailure === null)
    log.warn(
      { server, error },
      "evidence refused: prepared transactions, limits and who blocks whom go unseen",
    );
  if (error === null && before.evidenceFailure !== null) log.info({ server }, "evidence comes again");
}

/** The estimate moves at each look, the forecast itself comes and goes once. */
function narrateForecasts(log: Log, before: ServerView, after: ServerView): void {
  const { server } = after;
  const known = before.report?.exhaustions ?? [];
  const current = after.report?.exhaustions ?? [];
  for (const fresh of current.filter((forecast) => !known.some((one) => isOfSameSlots(one, forecast))))
    log.warn({ server, ...exhaustionJson(fresh) }, "slots will run out");
  for (const gone of known.filter((forecast) => !current.some((one) => isOfSameSlots(one, forecast))))
    log.info({ server, scope: gone.scope, name: gone.name }, "slots no longer run out");
}

type Slots = Pick<ExhaustionJson, "scope" | "name">;

function isOfSameSlots(a: Slots, b: Slots): boolean {
  return a.scope === b.scope && a.name === b.name;
}

/** The fields are those of the API: there, too, no statement is shown with its literals. */
function narrateEvent(log: Log, server: string, event: EpisodeEvent): void {
  const fields = suspectJson(server, event.episode);
  const messages = messagesOf[fields.subject];
  switch (event.type) {
    case "suspected":
      log.info(fields, messages.suspected);
      break;
    case "leaked":
      log.warn(fields, messages.leaked);
      break;
    case "ended":
      log.info({ ...fields, end: event.end }, "episode ended");
  }
}

const messagesOf = {
  backend: { suspected: "session suspected", leaked: "session leaked" },
  prepared_transaction: {
    suspected: "prepared transaction suspected",
    leaked: "prepared transaction leaked",
  },
  pool: { suspected: "pool suspected", leaked: "pool leaked" },
} as const;

function quotedIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
