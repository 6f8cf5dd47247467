import { isUntouched, type LedgerEntry } from "../decide/ledger.ts";
import type { Leash } from "../decide/leash.ts";
import type { Notice } from "../decide/plan.ts";
import type { SessionEpisode } from "../decide/target.ts";
import type { ActRecord, AnnouncedRecord, SuspectFields, WithdrawnRecord } from "./audit-record.ts";
import { entryFields } from "./ledger-record.ts";

const MINUTE = 60;
const HOUR = 3600;

type Circumstances = {
  /** Unique among all records. */
  readonly id: string;
  readonly server: string;
  readonly episode: SessionEpisode;
  /** In which the act counts already. */
  readonly leash: Leash;
};

/** What is about to be done, or what a dry run would have done, as it is put on record before anything happens. */
export function actRecord(entry: LedgerEntry, { id, server, episode, leash }: Circumstances): ActRecord {
  const { mode, rule, atSeconds } = entry;
  const counts = leash.ledger.entries.filter((other) => other.mode === mode && !isUntouched(other));
  const lately = (seconds: number): readonly LedgerEntry[] =>
    counts.filter((other) => other.atSeconds > atSeconds - seconds);
  return {
    type: mode === "enforce" ? "intent" : "would_act",
    id,
    server,
    ...entryFields(entry),
    ...suspectFields(episode),
    limits: {
      acts_last_minute: lately(MINUTE).length,
      acts_last_hour: lately(HOUR).length,
      rule_acts_last_hour: lately(HOUR).filter((other) => other.rule === rule).length,
      breaker: leash.ledger.breaker.state,
    },
  };
}

/** An announcement, or its withdrawal. */
export function noticeRecord(server: string, notice: Notice): AnnouncedRecord | WithdrawnRecord {
  const { episodeKey, announcement, episode } = notice;
  const { rule, mode, action, announcedSeconds, plannedSeconds } = announcement;
  const fields = {
    server,
    episode: episodeKey,
    rule,
    mode,
    action,
    announced_at: isoTime(announcedSeconds),
    planned_at: isoTime(plannedSeconds),
  };
  if (notice.type === "announced") {
    const refusedBy = notice.refusals.map(({ reason }) => reason);
    return { type: "announced", ...fields, refused_by: refusedBy, ...suspectFields(notice.episode) };
  }
  const { reason, why } = notice;
  return { type: "withdrawn", ...fields, reason, why, ...(episode === null ? {} : suspectFields(episode)) };
}

function suspectFields(episode: SessionEpisode): SuspectFields {
  const { backend, harm, expectation } = episode;
  return {
    kind: episode.kind,
    severity: episode.severity,
    certainty: episode.certainty,
    age_seconds: rounded(episode.ageSeconds),
    sightings: episode.sightings,
    first_seen: isoTime(episode.firstSeenSeconds),
    pid: backend.id.pid,
    backend_start: backend.id.backendStart,
    state: backend.state,
    wait_event_type: backend.waitEventType,
    wait_event: backend.waitEvent,
    xact_start: backend.xactStart,
    query_start: backend.queryStart,
    state_change: backend.stateChange,
    xact_seconds: roundedOrNull(backend.xactSeconds),
    query_seconds: roundedOrNull(backend.querySeconds),
    state_seconds: roundedOrNull(backend.stateSeconds),
    datname: backend.datname,
    usename: backend.usename,
    application_name: backend.applicationName,
    client_addr: backend.clientAddr,
    pooled_client_addr: backend.pooledClientAddr,
    query_id: backend.queryId,
    query: episode.redactedStatement,
    comment: Object.fromEntries(episode.commentKeys),
    harm: harm.level,
    blocked_sessions: harm.blockedSessions,
    horizon_age: harm.horizonAge,
    work_at_risk_seconds: roundedOrNull(harm.workAtRiskSeconds),
    xid_age: backend.xidAge,
    xmin_age: backend.xminAge,
    expected: expectation === null ? null : expectedFields(expectation),
  };
}

function expectedFields({
  source,
  leftSeconds,
  reason,
}: NonNullable<SessionEpisode["expectation"]>): SuspectFields["expected"] {
  return { source, left_seconds: rounded(leftSeconds), reason };
}

function isoTime(epochSeconds: number): string {
  return new Date(epochSeconds * 1000).toISOString();
}

function roundedOrNull(seconds: number | null): number | null {
  return seconds === null ? null : rounded(seconds);
}

function rounded(seconds: number): number {
  return Number(seconds.toFixed(3));
}
