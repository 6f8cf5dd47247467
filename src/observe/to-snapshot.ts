import { applicationClient } from "./application-name.ts";
import { foldGroups } from "./fold-groups.ts";
import { instantText, secondsBetween } from "./instant.ts";
import { HEAD_BYTES } from "./look-scan.ts";
import { mergeGroups } from "./merge-groups.ts";
import type { CandidateRow, GroupRow, LookRow } from "./look-row.ts";
import type { Names, Role } from "./names.ts";
import {
  backendStates,
  sights,
  type Backend,
  type BackendState,
  type Progress,
  type SessionGroup,
  type Snapshot,
  type StatementText,
} from "./snapshot.ts";
import { keptText, type Texts } from "./texts.ts";

/** What stands for the oids, and the statements that were not sent again; the most groups that are told apart. */
export type LookContext = { readonly names: Names; readonly texts: Texts; readonly mostGroups: number };

/** The row of a look → Snapshot. */
export function toSnapshot(look: LookRow, { names, texts, mostGroups }: LookContext): Snapshot {
  const hidden = look.groups.filter(({ isHidden }) => isHidden);
  const told = mergeGroups(look.groups.map((group) => toGroup(group, look.taken_at, names)));
  const { groups, groupsFolded } = foldGroups(told, mostGroups);
  return {
    takenAtSeconds: look.taken_at / 1_000_000,
    postmasterStart: instantText(look.postmaster_start),
    standby: look.standby,
    coverage: {
      sights,
      hiddenSessions: hidden.reduce((sum, { sessions }) => sum + sessions, 0),
      candidatesCut: look.candidates_matched - look.candidates.length,
      groupsFolded,
    },
    groups,
    nextXid: look.next_xid,
    horizons: { sessions: look.sessions_horizon, standbys: look.standbys_horizon },
    candidates: look.candidates.map((row) => toBackend(row, look.taken_at, { names, texts })),
  };
}

const restingStates: ReadonlySet<BackendState> = new Set([
  "idle",
  "idle in transaction",
  "idle in transaction (aborted)",
]);

function toGroup(row: GroupRow, takenAt: number, names: Names): SessionGroup {
  const state = toState(row.state);
  return {
    folded: false,
    datname: databaseOf(row.datid, names),
    usename: roleOf(row.usesysid, names)?.name ?? null,
    applicationName: toClient(row.application_name).applicationName,
    clientAddr: row.client_addr,
    state,
    sessions: row.sessions,
    quietSessions: restingStates.has(state) ? row.quiet_sessions : 0,
    oldestXactSeconds: secondsBetween(row.xact_start, takenAt),
    oldestStateSeconds: secondsBetween(row.state_change, takenAt),
    oldestSessionSeconds: secondsBetween(row.backend_start, takenAt),
  };
}

function toBackend(
  row: CandidateRow,
  takenAt: number,
  { names, texts }: Omit<LookContext, "mostGroups">,
): Backend {
  const { applicationName, clientAddress } = toClient(row.application_name);
  const role = roleOf(row.usesysid, names);
  const id = { pid: row.pid, backendStart: instantText(row.backend_start) };
  return {
    id,
    datname: databaseOf(row.datid, names),
    usename: role?.name ?? null,
    isSuperuser: role?.isSuperuser ?? null,
    isReplication: role?.isReplication ?? null,
    applicationName,
    clientAddr: row.client_addr,
    pooledClientAddr: clientAddress,
    state: toState(row.state),
    waitEventType: row.wait_event_type,
    waitEvent: row.wait_event,
    xactStart: toInstant(row.xact_start),
    queryStart: toInstant(row.query_start),
    stateChange: toInstant(row.state_change),
    xactSeconds: secondsBetween(row.xact_start, takenAt),
    querySeconds: secondsBetween(row.query_start, takenAt),
    stateSeconds: secondsBetween(row.state_change, takenAt),
    queryId: row.query_id,
    statement:
      row.statement === null ? keptText(texts, id) : toStatement(row.statement, row.statement_is_cut),
    xidAge: row.xid_age,
    xminAge: row.xmin_age,
    progress: row.progress === null ? null : toProgress(row.progress),
  };
}

function databaseOf(datid: number | null, { databases }: Names): string | null {
  return datid === null ? null : (databases.get(datid) ?? null);
}

function roleOf(usesysid: number | null, { roles }: Names): Role | null {
  return usesysid === null ? null : (roles.get(usesysid) ?? null);
}

function toInstant(micros: number | null): string | null {
  return micros === null ? null : instantText(micros);
}

function toClient(name: string | null): { applicationName: string | null; clientAddress: string | null } {
  return name === null ? { applicationName: null, clientAddress: null } : applicationClient(name);
}

/** `command/counter`. */
function toProgress(progress: string): Progress {
  const slash = progress.indexOf("/");
  return { command: progress.slice(0, slash), counter: progress.slice(slash + 1) };
}

/**
 * The ends of a statement, one behind the other. An empty text is none: the session ran nothing yet, or tracks no
 * activities. In every encoding of a server ASCII is ASCII; whatever is no UTF-8, or half of it, becomes U+FFFD.
 */
function toStatement(base64: string, isCut: boolean): StatementText | null {
  if (base64 === "") return null;
  const bytes = Buffer.from(base64, "base64");
  const decoder = new TextDecoder();
  const tail = bytes.length > HEAD_BYTES ? decoder.decode(bytes.subarray(HEAD_BYTES)) : null;
  return { head: decoder.decode(bytes.subarray(0, HEAD_BYTES)), tail, isCut };
}

/** A state that a later server invents is unknown, and an unknown state is never a suspect. */
function toState(state: string | null): BackendState {
  return backendStates.find((known) => known === state) ?? "unknown";
}
