import type { EpisodeEvent } from "../classify/episode.ts";
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

function narrateEvent(log: Log, server: string, event: EpisodeEvent): void {
  const { kind, severity, backend, ageSeconds, sightings } = event.episode;
  const fields = {
    server,
    kind,
    severity,
    age_seconds: Math.round(ageSeconds),
    sightings,
    pid: backend.id.pid,
    backend_start: backend.id.backendStart,
    datname: backend.datname,
    usename: backend.usename,
    application_name: backend.applicationName,
    client_addr: backend.clientAddr,
    query_id: backend.queryId,
  };
  switch (event.type) {
    case "suspected":
      log.info(fields, "session suspected");
      break;
    case "leaked":
      log.warn(fields, "session leaked");
      break;
    case "ended":
      log.info({ ...fields, end: event.end }, "episode ended");
  }
}

function quotedIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
