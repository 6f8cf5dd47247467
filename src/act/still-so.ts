import type { BackendKind } from "../classify/kind.ts";
import type { SessionEpisode } from "../decide/target.ts";

// $1 to $5 are those of `periodOf`. A NULL is sent as '', and each is cast from text: a parameter of type timestamptz the
// driver would send through a Date, which has no microseconds.
const backendStart = "$2::text::timestamptz";
const stateChange = "nullif($3::text, '')::timestamptz";
const queryStart = "nullif($4::text, '')::timestamptz";
const xactStart = "nullif($5::text, '')::timestamptz";

/** In SQL on a row `a` of `pg_stat_get_activity`: it is the backend that was decided on, and not one with its pid. */
export const sameBackend = `a.pid = $1::int AND a.backend_start = ${backendStart}`;

/** The session has done nothing since: whatever a client sends changes at least one of these. */
export const samePeriod = `a.state_change = ${stateChange}
    AND a.query_start IS NOT DISTINCT FROM ${queryStart} AND a.xact_start IS NOT DISTINCT FROM ${xactStart}`;

/** The session has at most gone on in the same transaction. */
const sameTransaction = `a.xact_start = ${xactStart}
    AND a.state_change >= ${stateChange} AND a.query_start >= ${queryStart}`;

const waitsForCommand = "a.wait_event_type = 'Client' AND a.wait_event = 'ClientRead'";
const waitsOnClient = "a.wait_event_type = 'Client' AND a.wait_event IN ('ClientRead', 'ClientWrite')";

/** Who waits for a lock is a victim, and who waits for a standby has committed already. */
const works = `a.wait_event_type IS DISTINCT FROM 'Client' AND a.wait_event_type IS DISTINCT FROM 'Lock'
    AND a.wait_event IS DISTINCT FROM 'SyncRep'`;

const rests = `a.state = 'idle' AND ${waitsForCommand} AND ${samePeriod} AND ${isOld("a.state_change")}`;

/**
 * What must still be so when the signal is sent: the same period of the same backend, doing what the kind is about, and
 * old enough by the server's clock. A NULL never passes.
 *
 * Of a long transaction the period is the transaction, since its statements keep changing, but for an act that is meant for
 * one of them (`samePeriod`). It is ended only at a moment when it is idle, so that no statement is cut. How long a stalled client has stalled the server cannot say: only that
 * its statement is as old as that.
 */
export const stillSo: Readonly<Record<BackendKind, string>> = {
  idle_in_transaction_aborted: `a.state = 'idle in transaction (aborted)' AND ${waitsForCommand}
    AND ${samePeriod} AND ${isOld("a.state_change")}`,
  idle_in_transaction: `a.state = 'idle in transaction' AND ${waitsForCommand}
    AND ${samePeriod} AND ${isOld("a.state_change")}`,
  stalled_client: `a.state = 'active' AND ${waitsOnClient}
    AND ${samePeriod} AND ${isOld("a.query_start")}`,
  stale_active: `a.state IN ('active', 'fastpath function call') AND ${works}
    AND ${samePeriod} AND ${isOld("a.query_start")}`,
  long_transaction: `a.state = 'idle in transaction' AND ${waitsForCommand}
    AND ${sameTransaction} AND ${isOld("a.xact_start")}`,
  never_used: `${rests} AND a.query_start IS NULL`,
  idle_too_long: `${rests} AND a.query_start IS NOT NULL`,
};

/** $1 to $5: which backend it is, and which period of it was decided on. Timestamps as the look read them, in microseconds. */
export function periodOf({ backend }: SessionEpisode): readonly (string | number)[] {
  const { id, stateChange: changed, queryStart: queried, xactStart: began } = backend;
  return [id.pid, id.backendStart, changed ?? "", queried ?? "", began ?? ""];
}

/**
 * The session calls itself as it did ($8): a rule or a protection may go by that name, and a pool may have handed the
 * session on, with its transaction open. All else that says whose it is stays as long as its backend.
 */
export const sameApplication =
  "CASE WHEN $8::text = '' THEN a.application_name IS NULL ELSE a.application_name COLLATE \"C\" ~ $8::text END";

// What `applicationClient` takes out of a name is no part of it: addresses, cut off by the server or not.
const address = String.raw`\[?[0-9a-fA-F]*[.:][0-9a-fA-F.:]*\]?(:[0-9]*)?|\[[0-9a-fA-F]*`;
const localSocket = String.raw`[uU][nN][iI][xX](\([^()]*\)?)?(:[0-9]*)?`;

/** $8: a regular expression on the whole name with any addresses behind it; nothing where the look saw no name. */
export function applicationOf({ backend }: SessionEpisode): string {
  const { applicationName } = backend;
  return applicationName === null ? "" : `^${literal(applicationName)}( - (${address}|${localSocket}))*$`;
}

/**
 * Database ($9) and role ($10) are still called as the look called them: a rule or a protection may go by these names, and
 * a look takes them from what it read before. Whose name is unknown never passes.
 */
export const sameNames = `
    EXISTS (SELECT FROM pg_database d WHERE d.oid = a.datid AND $9::text <> '' AND d.datname::text COLLATE "C" ~ $9::text)
    AND EXISTS (SELECT FROM pg_roles r WHERE r.oid = a.usesysid AND $10::text <> '' AND r.rolname::text COLLATE "C" ~ $10::text)`;

/**
 * $9 and $10: regular expressions on the whole names. What a database of another encoding says, and UTF-8 cannot hold, was
 * lost on its way (U+FFFD), and stands for anything.
 */
export function namesOf({ backend }: SessionEpisode): readonly [database: string, role: string] {
  return [patternOf(backend.datname), patternOf(backend.usename)];
}

function patternOf(name: string | null): string {
  return name === null ? "" : `^${literal(name)}$`;
}

function literal(name: string): string {
  return name
    .replaceAll(/[^0-9A-Za-z\u0080-\u{10ffff}]/gu, (one) => `\\${one}`)
    .replaceAll(/\ufffd+/gu, ".+");
}

/** $6: the age in seconds. */
function isOld(since: string): string {
  return `clock_timestamp() - ${since} >= make_interval(secs => $6::float8)`;
}
