import { isSocket } from "../postgres/naming/connection-addresses.ts";
import type { PostgresFailure } from "../postgres/failure.ts";
import type { ConnectionSettings, ServerAddress } from "../postgres/settings.ts";

/** What helps where connecting failed: what to look at, and what to run, SQL of a superuser or commands of a shell. */
type Advice = { readonly words: string | null; readonly run: readonly string[] };

/** What helps where connecting failed, if there is anything that the message does not say. */
export function connectAdvice(
  failure: PostgresFailure,
  settings: ConnectionSettings,
  place: ServerAddress | null,
): Advice {
  // Its cure changes the password for everybody who uses the role: nothing to be copied without thought.
  if (failure.code === "28P01") return { words: passwordWords(settings), run: [] };
  return { words: null, run: toRun(failure, settings, place ?? settings.addresses[0]) };
}

function passwordWords({ password, user }: ConnectionSettings): string {
  // The message names the file already.
  const source = "path" in password ? "there" : "in the connection string, PGPASSWORD or the service";
  return `check the password ${source}; only a role that has none yet needs \\password ${quoted(user)}`;
}

function toRun(
  { code = "", reason, message }: PostgresFailure,
  { user, database }: ConnectionSettings,
  place: ServerAddress,
): readonly string[] {
  switch (code) {
    case "28000":
      // No role of this name, or no line of pg_hba.conf that lets it in.
      return message.includes("does not exist") ? createRole(user) : ["SELECT * FROM pg_hba_file_rules;"];
    case "3D000":
      return ["SELECT datname FROM pg_database;"];
    case "42501":
      return message.includes("for database")
        ? [`GRANT CONNECT ON DATABASE ${quoted(database)} TO ${quoted(user)};`]
        : [];
    case "53300":
      return message.includes("for role") ? raiseLimit(user) : [whoConnects];
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return [`getent hosts ${shellWord(place.host)}`];
    // Without a socket there would have to be one; else it is a file of ours that is missing.
    case "ENOENT":
      return isSocket(place) ? [isReady(place)] : [];
    default:
      return code === "ECONNREFUSED" || reason === "timeout" ? [isReady(place)] : [];
  }
}

const whoConnects = "SELECT usename, state, count(*) FROM pg_stat_activity GROUP BY 1, 2 ORDER BY 3 DESC;";

/** The limit is the role's own, and its other sessions use it up. How high it may be, its owner has to say. */
function raiseLimit(user: string): readonly string[] {
  const name = `'${user.replaceAll("'", "''")}'`;
  return [
    `SELECT application_name, client_addr, state, count(*) FROM pg_stat_activity WHERE usename = ${name} GROUP BY 1, 2, 3;`,
    `ALTER ROLE ${quoted(user)} CONNECTION LIMIT n;`,
  ];
}

function isReady({ host, port }: ServerAddress): string {
  return `pg_isready --host=${shellWord(host)} --port=${port}`;
}

function createRole(user: string): readonly string[] {
  if (user === "pgleash") return ["pgleash setup-sql | psql -v ON_ERROR_STOP=1"];
  return [`CREATE ROLE ${quoted(user)} LOGIN;`, `GRANT pg_monitor TO ${quoted(user)};`];
}

/** As SQL reads the name of a role: in quotes even where it could do without, since it may be a keyword. */
function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** One word of a shell, whatever is in it. */
function shellWord(text: string): string {
  return /^[\w./:@-]+$/u.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
