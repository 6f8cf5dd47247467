import { z } from "zod";
import { applicationClient } from "./application-name.ts";
import { mergeGroups } from "./merge-groups.ts";
import {
  backendStates,
  sights,
  type Backend,
  type BackendState,
  type SessionGroup,
  type Snapshot,
  type StatementText,
} from "./snapshot.ts";

const text = z.string().nullable();
const seconds = z.number().nullable();
const transactions = z.number().nullable();

const groupRow = z.object({
  folded: z.boolean(),
  datname: text,
  usename: text,
  application_name: text,
  client_addr: text,
  state: text,
  sessions: z.number(),
  quiet_sessions: z.number(),
  xact_seconds: seconds,
  state_seconds: seconds,
  session_seconds: seconds,
});

const backendRow = z.object({
  pid: z.number(),
  backend_start: z.string(),
  datname: text,
  usename: text,
  is_superuser: z.boolean().nullable(),
  is_replication: z.boolean().nullable(),
  application_name: text,
  client_addr: text,
  state: text,
  wait_event_type: text,
  wait_event: text,
  xact_start: text,
  query_start: text,
  state_change: text,
  xact_seconds: seconds,
  query_seconds: seconds,
  state_seconds: seconds,
  query_id: text,
  statement_head: text,
  statement_tail: text,
  statement_is_cut: z.boolean(),
  xid_age: transactions,
  xmin_age: transactions,
  progress_command: text,
  progress_counter: text,
});

const lookRow = z.object({
  taken_at_seconds: z.number(),
  postmaster_start: z.string(),
  standby: z.boolean(),
  hidden_sessions: z.number(),
  groups_folded: z.number(),
  next_xid: z.number(),
  sessions_horizon: transactions,
  standbys_horizon: transactions,
  candidates_matched: z.number(),
  groups: z.array(groupRow),
  candidates: z.array(backendRow),
});

/** The row of a look → Snapshot. Untrusted data enters here; throws a ZodError when it has another shape. */
export function toSnapshot(row: unknown): Snapshot {
  const look = lookRow.parse(row);
  return {
    takenAtSeconds: look.taken_at_seconds,
    postmasterStart: look.postmaster_start,
    standby: look.standby,
    coverage: {
      sights,
      hiddenSessions: look.hidden_sessions,
      candidatesCut: look.candidates_matched - look.candidates.length,
      groupsFolded: look.groups_folded,
    },
    groups: mergeGroups(look.groups.map(toGroup)),
    nextXid: look.next_xid,
    horizons: { sessions: look.sessions_horizon, standbys: look.standbys_horizon },
    candidates: look.candidates.map(toBackend),
  };
}

function toGroup(row: z.infer<typeof groupRow>): SessionGroup {
  return {
    folded: row.folded,
    datname: row.datname,
    usename: row.usename,
    applicationName: toClient(row.application_name).applicationName,
    clientAddr: row.client_addr,
    state: toState(row.state),
    sessions: row.sessions,
    quietSessions: row.quiet_sessions,
    oldestXactSeconds: row.xact_seconds,
    oldestStateSeconds: row.state_seconds,
    oldestSessionSeconds: row.session_seconds,
  };
}

function toBackend(row: z.infer<typeof backendRow>): Backend {
  const { applicationName, clientAddress } = toClient(row.application_name);
  return {
    id: { pid: row.pid, backendStart: row.backend_start },
    datname: row.datname,
    usename: row.usename,
    isSuperuser: row.is_superuser,
    isReplication: row.is_replication,
    applicationName,
    clientAddr: row.client_addr,
    pooledClientAddr: clientAddress,
    state: toState(row.state),
    waitEventType: row.wait_event_type,
    waitEvent: row.wait_event,
    xactStart: row.xact_start,
    queryStart: row.query_start,
    stateChange: row.state_change,
    xactSeconds: row.xact_seconds,
    querySeconds: row.query_seconds,
    stateSeconds: row.state_seconds,
    queryId: row.query_id,
    statement: toStatement(row),
    xidAge: row.xid_age,
    xminAge: row.xmin_age,
    progress:
      row.progress_command === null
        ? null
        : { command: row.progress_command, counter: row.progress_counter ?? "" },
  };
}

function toClient(name: string | null): { applicationName: string | null; clientAddress: string | null } {
  return name === null ? { applicationName: null, clientAddress: null } : applicationClient(name);
}

/** An empty text is none: the session ran nothing yet, or tracks no activities. */
function toStatement({
  statement_head: head,
  statement_tail: tail,
  statement_is_cut: isCut,
}: z.infer<typeof backendRow>): StatementText | null {
  if (head === null || head === "") return null;
  return { head: decoded(head), tail: tail === null ? null : decoded(tail), isCut };
}

/** In every encoding of a server ASCII is ASCII. Whatever is no UTF-8, or half of it, becomes U+FFFD. */
function decoded(base64: string): string {
  return new TextDecoder().decode(Buffer.from(base64, "base64"));
}

/** A state that a later server invents is unknown, and an unknown state is never a suspect. */
function toState(state: string | null): BackendState {
  return backendStates.find((known) => known === state) ?? "unknown";
}
