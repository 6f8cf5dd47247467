import { z } from "zod";
import type { Oids } from "./names.ts";

const text = z.string().nullable();
const oid = z.number().nullable();
const transactions = z.number().nullable();
/** Microseconds since the epoch. */
const moment = z.int().min(0);

const groupRow = z.object({
  datid: oid,
  usesysid: oid,
  application_name: text,
  client_addr: text.default(null),
  state: text,
  backend_type: text,
  sessions: z.number(),
  unseen_sessions: z.number(),
  quiet_sessions: z.number(),
  xact_start: moment.nullable(),
  state_change: moment.nullable(),
  backend_start: moment.nullable(),
});

const candidateRow = z.object({
  pid: z.number(),
  backend_start: moment,
  datid: oid,
  usesysid: oid,
  application_name: text,
  client_addr: text,
  state: text,
  wait_event_type: text,
  wait_event: text,
  xact_start: moment.nullable(),
  query_start: moment.nullable(),
  state_change: moment.nullable(),
  query_id: text,
  xid_age: transactions,
  xmin_age: transactions,
  statement: text,
  statement_is_cut: z.boolean(),
  progress: text,
});

const lookRow = z.object({
  taken_at: moment,
  postmaster_start: moment,
  standby: z.boolean(),
  next_xid: z.number(),
  sessions_horizon: transactions,
  standbys_horizon: transactions,
  candidates_matched: z.number(),
  groups: tableOf(groupRow),
  candidates: tableOf(candidateRow),
});

/** Client backends of one kind. Of hidden ones nothing is known but database and role. */
export type GroupRow = z.infer<typeof groupRow> & { readonly isHidden: boolean };

/** What a look read, with oids for names, and moments in microseconds since the epoch. */
export type LookRow = Omit<z.infer<typeof lookRow>, "groups"> & { readonly groups: readonly GroupRow[] };

export type CandidateRow = z.infer<typeof candidateRow>;

/** The row of a look. Untrusted data enters here; throws a ZodError when it has another shape. */
export function parseLook(row: unknown): LookRow {
  const look = lookRow.parse(row);
  return { ...look, groups: look.groups.flatMap(clientsOf) };
}

/** The databases and roles that its sessions belong to. */
export function oidsOf({ groups }: LookRow): Oids {
  return {
    databases: distinct(groups.map(({ datid }) => datid)),
    roles: distinct(groups.map(({ usesysid }) => usesysid)),
  };
}

/** Tables travel as columns. What else a server sends is not even counted: rows times columns might be any number. */
function tableOf<Shape extends z.ZodRawShape>(row: z.ZodObject<Shape>) {
  const names = Object.keys(row.shape);
  return z.preprocess((table) => rowsOf(table, names), z.array(row));
}

/** What has no rows is null; what is no table of columns at all is for the schema to refuse. */
function rowsOf(table: unknown, names: readonly string[]): unknown {
  if (typeof table !== "object" || table === null) return table;
  const columns = Object.entries(table).filter(
    (entry): entry is [string, readonly unknown[]] => names.includes(entry[0]) && Array.isArray(entry[1]),
  );
  const length = Math.max(0, ...columns.map(([, values]) => values.length));
  const rows: Record<string, unknown>[] = [];
  for (let index = 0; index < length; index += 1) {
    const one: Record<string, unknown> = {};
    for (const [name, values] of columns) one[name] = values[index];
    rows.push(one);
  }
  return rows;
}

/**
 * Of a session that is hidden from our role neither kind nor start is known: one of a database and a role is a client's, or we
 * would report a false calm. A worker that has just ended has no kind any more, but a start.
 */
function clientsOf(group: z.infer<typeof groupRow>): readonly GroupRow[] {
  const { backend_type: type, datid, usesysid, unseen_sessions: unseen } = group;
  if (type === "client backend") return [{ ...group, isHidden: false }];
  const isHidden = type === null && unseen > 0 && datid !== null && usesysid !== null;
  return isHidden ? [{ ...group, sessions: unseen, isHidden }] : [];
}

function distinct(oids: readonly (number | null)[]): readonly number[] {
  return [...new Set(oids.filter((one) => one !== null))];
}
