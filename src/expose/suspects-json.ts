import { rankedSuspects, type ServerSuspect } from "./suspect-columns.ts";
import type { ServerView } from "./view.ts";

/** One suspect as `/api/v1/suspects` and `--json` show it. Null is SQL's null. */
export type SuspectJson = {
  readonly server: string;
  readonly kind: string;
  readonly severity: string;
  readonly certainty: string;
  readonly age_seconds: number;
  readonly sightings: number;
  readonly first_seen: string;
  readonly pid: number;
  readonly backend_start: string;
  readonly datname: string | null;
  readonly usename: string | null;
  readonly application_name: string | null;
  readonly client_addr: string | null;
  readonly state: string;
  readonly wait_event_type: string | null;
  readonly wait_event: string | null;
  readonly xact_start: string | null;
  readonly query_start: string | null;
  readonly state_change: string | null;
  readonly query_id: string | null;
};

/** One server as it was looked at. While it is down, blind or cut, an empty list of suspects proves nothing. */
export type ServerJson = {
  readonly server: string;
  readonly up: boolean;
  readonly failure: { readonly reason: string; readonly message: string } | null;
  readonly sessions: number | null;
  readonly hidden_sessions: number | null;
  readonly candidates_cut: number | null;
};

export type SuspectsJson = {
  readonly servers: readonly ServerJson[];
  readonly suspects: readonly SuspectJson[];
};

/** Everything that the last looks named. */
export function suspectsJson(servers: readonly ServerView[]): SuspectsJson {
  return {
    servers: servers.map(toServerJson),
    suspects: rankedSuspects(servers).map(toJson),
  };
}

function toServerJson({ server, report, failure }: ServerView): ServerJson {
  const { groups, coverage } = report?.snapshot ?? {};
  return {
    server,
    up: report !== null,
    failure,
    sessions: groups?.reduce((sum, group) => sum + group.sessions, 0) ?? null,
    hidden_sessions: coverage?.hiddenSessions ?? null,
    candidates_cut: coverage?.candidatesCut ?? null,
  };
}

function toJson({ server, suspect }: ServerSuspect): SuspectJson {
  const { backend } = suspect;
  return {
    server,
    kind: suspect.kind,
    severity: suspect.severity,
    certainty: suspect.certainty,
    age_seconds: Math.round(suspect.ageSeconds * 1000) / 1000,
    sightings: suspect.sightings,
    first_seen: new Date(suspect.firstSeenSeconds * 1000).toISOString(),
    pid: backend.id.pid,
    backend_start: backend.id.backendStart,
    datname: backend.datname,
    usename: backend.usename,
    application_name: backend.applicationName,
    client_addr: backend.clientAddr,
    state: backend.state,
    wait_event_type: backend.waitEventType,
    wait_event: backend.waitEvent,
    xact_start: backend.xactStart,
    query_start: backend.queryStart,
    state_change: backend.stateChange,
    query_id: backend.queryId,
  };
}
