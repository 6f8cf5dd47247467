import { micros } from "./sql.ts";

/** How much of a statement is read: where it begins, and the end, where many libraries put their comment. */
export const HEAD_BYTES = 4096;
const TAIL_BYTES = 1024;

/** What sort of look it is. Each is a statement of its own, so that none pays for what it does not ask. */
export type LookShape = {
  /** `server_version_num`. */
  readonly version: number;
  /** Whether the sessions of each client host are a group of their own. */
  readonly groupsByClient: boolean;
  /** Whether idle sessions of some applications are sampled. */
  readonly samples: boolean;
};

/** The moment so many seconds ago, asked once a look. All moments of a look come from the one when it arrived. */
function before(seconds: string): string {
  return `(SELECT statement_timestamp() - make_interval(secs => ${seconds}::float8))`;
}

// A statement that waits is always a candidate: that it waited on its client at every look proves a stall, and that it
// waited for a lock excuses its age.
const isCandidate = `
         (CASE state
            WHEN 'idle' THEN state_change <= ${before("$6")}
              OR (query_start IS NULL AND state_change <= ${before("$5")})
            WHEN 'starting' THEN false
            ELSE (state IN ('idle in transaction', 'idle in transaction (aborted)')
                AND state_change <= ${before("$2")})
              OR (state IN ('active', 'fastpath function call')
                AND (query_start <= ${before("$3")} OR wait_event_type IN ('Client', 'Lock') OR wait_event = 'SyncRep'))
              OR xact_start <= ${before("$4")}
            END
          OR pid IN (SELECT unnest($1::text::int[])))`;

// Who still moves is in use. PgBouncer's application_name_add_host adds an address to the name.
const isSample = `
         (state = 'idle' AND state_change <= ${before("$7")}
          AND EXISTS (SELECT FROM json_array_elements_text($11::text::json) AS n(name)
                      WHERE application_name = n.name OR starts_with(application_name, n.name || ' - ')))`;

// A statement is bytes of any encoding, cut anywhere, and up to a megabyte: only its ends are carried, and whatever counts
// characters would refuse it. textsend() hands over the bytes as they are, unless a pooler left us with another
// client_encoding: it would convert. What is known already is not carried (NULL).
const isKnown = `(pid, ${micros("query_start")}) IN (SELECT * FROM unnest($9::text::int[], $10::text::bigint[]))`;
const ends = `CASE
             WHEN pg_client_encoding() <> getdatabaseencoding() THEN ''
             WHEN octet_length(query) > ${HEAD_BYTES}
             THEN substr(textsend(query), 1, ${HEAD_BYTES}) || substr(textsend(query), octet_length(query) - ${TAIL_BYTES - 1})
             ELSE textsend(query) END`;

/** What is carried of each candidate out of the scan, with its type. */
const carried: readonly (readonly [name: string, expression: string, type: string])[] = [
  ["pid", "pid", "int"],
  ["backend_start", "backend_start", "timestamptz"],
  ["peer", "client_addr", "inet"],
  ["wait_event_type", "wait_event_type", "text"],
  ["wait_event", "wait_event", "text"],
  ["xact_start", "xact_start", "timestamptz"],
  ["query_start", "query_start", "timestamptz"],
  ["state_change", "state_change", "timestamptz"],
  ["query_id", "query_id", "bigint"],
  ["backend_xid", "backend_xid", "xid"],
  ["backend_xmin", "backend_xmin", "xid"],
  ["bytes", "octet_length(query)", "int"],
  ["ends", `CASE WHEN (${isKnown}) IS NOT TRUE THEN COALESCE(${ends}, '') END`, "bytea"],
];

/**
 * One scan, grouped by what the scan itself says: no filter on the kind of backend, for which the planner would expect one
 * row and sort, and no names, for which it would join. Candidates travel in their group.
 */
export function countedSessions({ version, groupsByClient, samples }: LookShape): string {
  const client = groupsByClient ? ", client_addr" : "";
  const hasQueryId = version >= 140000;
  const fields = carried.map(([name, expression]) =>
    name === "query_id" && !hasQueryId ? "NULL::bigint" : expression,
  );
  const [row, filter] = samples
    ? [[...fields, isCandidate, isSample], `(${isCandidate} OR ${isSample})`]
    : [fields, isCandidate];
  return `
counted AS MATERIALIZED (
  SELECT datid, usesysid, application_name, state, backend_type${client},
         count(*) AS sessions, count(*) - count(backend_start) AS unseen, count(*) FILTER (WHERE state_change <= ${before("$7")}) AS quiet,
         min(xact_start) AS xact_start, min(state_change) AS state_change, min(backend_start) AS backend_start,
         max(age(backend_xid)) AS xid_age, max(age(backend_xmin)) AS xmin_age,
         array_agg(ROW(${row.join(", ")})) FILTER (WHERE backend_type = 'client backend' AND ${filter}) AS candidates
  FROM pg_stat_get_activity(NULL)
  WHERE pid <> pg_backend_pid()
  GROUP BY datid, usesysid, application_name, state, backend_type${client}
)`;
}

/** The candidates, each with what it shares with its group. */
export function spreadCandidates({ samples }: LookShape): string {
  const types = carried.map(([name, , type]) => `${name} ${type}`);
  const fields = samples ? [...types, "is_candidate boolean", "is_sample boolean"] : types;
  return `
  SELECT g.datid, g.usesysid, g.application_name, g.state, r.*
  FROM counted AS g, unnest(g.candidates) AS r(${fields.join(", ")})
  WHERE g.candidates IS NOT NULL`;
}
