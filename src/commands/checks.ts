import { sessionsIn } from "../expose/aggregate.ts";
import type { PolicyMode } from "../decide/policy.ts";
import { serverName } from "../config/server-name.ts";
import { isSocket } from "../postgres/naming/connection-addresses.ts";
import type { PostgresFailure } from "../postgres/failure.ts";
import type { ConnectionSettings, ServerAddress } from "../postgres/settings.ts";
import { counted } from "./counted.ts";
import { connectAdvice } from "./connect-advice.ts";
import { encryptionOf, encryptionText } from "./encryption.ts";
import type { Examination } from "./examine.ts";

/** The checks of the doctor, in their order. A closed set: scripts read it. */
export const checkNames = ["connect", "server", "sessions", "statements", "slots", "signal"] as const;

/** One check of one server. A `warning` leaves something to be desired; `failed` keeps pgleash from its work. */
export type Check = {
  readonly check: (typeof checkNames)[number];
  readonly status: "ok" | "warning" | "failed";
  /** What was found. Holds names that users chose. */
  readonly text: string;
  /** What to run against it: SQL of a superuser, or commands of a shell. */
  readonly run: readonly string[];
};

/** What the policy of the configuration wants: `null` without rules. */
export type Wanted = { readonly mode: PolicyMode | null };

/** Everything that can be said of a server. What comes after a failure is not known, and left out. */
export function checksOf(examination: Examination, wanted: Wanted): readonly Check[] {
  return [
    connectCheck(examination),
    serverCheck(examination, wanted),
    sessionsCheck(examination),
    statementsCheck(examination),
    slotsCheck(examination),
    signalCheck(examination, wanted),
  ].flatMap((check) => check ?? []);
}

function connectCheck(examination: Examination): Check {
  const { server, place, failure, connectSeconds } = examination;
  const name = placeText(place, server.connection.addresses);
  if (failure?.at === "connect") {
    const { why } = failure;
    const { words, run } = connectAdvice(why, server.connection, place);
    const told = `${name}: ${why.reason}: ${why.message}${isOfPooler(why) ? ` (${poolerWords})` : ""}`;
    const text = words === null ? told : `${told}; ${words}`;
    return { check: "connect", status: "failed", text, run };
  }
  const encryption = encryptionOf(examination);
  const address = place?.hostAddress;
  const facts = [
    address === undefined || address === place?.host ? name : `${name} (${address})`,
    ...(encryption === null ? [] : [encryptionText(encryption)]),
    `${milliseconds(connectSeconds)} ms`,
  ];
  return { check: "connect", status: "ok", text: facts.join(", "), run: [] };
}

const poolerWords = "a pooler refuses so, PostgreSQL does not: connect to the server itself";

/** PgBouncer refuses everything as a violation of the protocol; PostgreSQL has a code of its own for each refusal of ours. */
function isOfPooler({ code, isFromServer }: PostgresFailure): boolean {
  return code === "08P01" && isFromServer;
}

/** Where connecting ended, or all that there is to try. */
function placeText(place: ServerAddress | null, addresses: ConnectionSettings["addresses"]): string {
  if (place === null) return serverName(addresses);
  return isSocket(place) ? `${place.host}:${place.port}` : serverName([place]);
}

function serverCheck({ probe }: Examination, { mode }: Wanted): Check | null {
  if (probe === null) return null;
  const { versionText, standby, user, pooled, privileges } = probe;
  const what = `PostgreSQL ${versionText}, ${standby ? "standby" : "primary"}`;
  if (pooled) {
    const text = `${what}, behind a pooler, as ${user}: connect to the server itself; through a pooler nobody is ended`;
    return { check: "server", status: mode === null ? "warning" : "failed", text, run: [] };
  }
  if (!privileges.superuser)
    return { check: "server", status: "ok", text: `${what}, no pooler, as ${user}`, run: [] };
  const text = `${what}, no pooler, as ${user}: a superuser, which is more than it takes`;
  return { check: "server", status: "warning", text, run: ["pgleash setup-sql | psql -v ON_ERROR_STOP=1"] };
}

function sessionsCheck({ probe, inspection, look, server, failure }: Examination): Check | null {
  // A statement was refused or took too long: so will those of every look.
  if (failure !== null && failure.at !== "connect") {
    const { reason, message } = failure.why;
    return { check: "sessions", status: "failed", text: `${reason}: ${message}`, run: [] };
  }
  if (probe === null || inspection === null || look === null) return null;
  const { coverage, groups } = look.report.snapshot;
  const { hiddenSessions: hidden } = coverage;
  const total = sessionsIn(groups);
  const run = [`GRANT pg_monitor TO ${inspection.quotedUser};`];
  if (hidden > 0) {
    const text = `${hidden} of ${counted(total, "session")} hidden from ${probe.user}: it needs pg_monitor`;
    return { check: "sessions", status: "failed", text, run };
  }
  if (!probe.privileges.pg_read_all_stats) {
    const text = `those of others will be hidden from ${probe.user}: it needs pg_monitor`;
    return { check: "sessions", status: "failed", text, run };
  }
  const { evidenceFailure } = look.report;
  if (evidenceFailure !== null) {
    const text = `prepared transactions and lock waits unseen: ${evidenceFailure}`;
    return { check: "sessions", status: "failed", text, run: [] };
  }
  const took = `a look took ${milliseconds(look.seconds)} ms of ${server.lookTimeoutSeconds} s`;
  return {
    check: "sessions",
    status: "ok",
    text: `${counted(total, "session")} seen, none hidden; ${took}`,
    run: [],
  };
}

function statementsCheck({ inspection, look }: Examination): Check | null {
  if (inspection === null) return null;
  const { trackActivities, trackActivityQuerySize: size } = inspection;
  const groups = look?.report.snapshot.groups ?? [];
  const disabled = sessionsIn(groups.filter(({ state }) => state === "disabled"));
  if (!trackActivities || disabled > 0) {
    const who = trackActivities ? ` in ${counted(disabled, "session")}` : "";
    const text = `track_activities is off${who}: nobody can see what they do`;
    const run = trackActivities
      ? ["SELECT setdatabase::regclass, setrole::regrole, setconfig FROM pg_db_role_setting;"]
      : ["ALTER SYSTEM SET track_activities = on;", "SELECT pg_reload_conf();"];
    return { check: "statements", status: "failed", text, run };
  }
  const text = `tracked, ${size} bytes of each (track_activity_query_size)`;
  return { check: "statements", status: "ok", text, run: [] };
}

/** From this share of the slots on, there will soon be none for us. */
const SCARCE = 0.8;

function slotsCheck({ probe, inspection, look }: Examination): Check | null {
  if (probe === null || inspection === null || look === null) return null;
  const { used, limit } = look.report.slots;
  const { reserved_connections: reserved } = probe.slots;
  const text = `${used} of ${limit} used`;
  if (reserved > 0 && !inspection.mayUseReservedSlots) {
    const run = [`GRANT pg_use_reserved_connections TO ${inspection.quotedUser};`];
    const why = `${probe.user} may not use the ${reserved} reserved ones, and gets in no more when these are gone`;
    return { check: "slots", status: "warning", text: `${text}; ${why}`, run };
  }
  return { check: "slots", status: used >= SCARCE * limit ? "warning" : "ok", text, run: [] };
}

/** Only told where a rule wants it: nobody else needs the grant. */
function signalCheck({ probe, inspection }: Examination, { mode }: Wanted): Check | null {
  if (probe === null || inspection === null || mode === null) return null;
  const { user, privileges } = probe;
  if (privileges.pg_signal_backend)
    return { check: "signal", status: "ok", text: `${user} may end sessions (pg_signal_backend)`, run: [] };
  const text = `the policy has rules (${mode}), and ${user} may end nobody: it needs pg_signal_backend`;
  const run = [`GRANT pg_signal_backend TO ${inspection.quotedUser};`];
  return { check: "signal", status: mode === "enforce" ? "failed" : "warning", text, run };
}

function milliseconds(seconds: number): number {
  return Math.round(seconds * 1000);
}
