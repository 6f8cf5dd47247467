import { checkPart, connectionKeywords } from "./connection-parts.ts";
import type { ConnectionKeyword, ConnectionParts, ConnectionProblem } from "./connection-parts.ts";
import { parseConnectionUrl } from "./connection-url.ts";
import { sslModes } from "./settings.ts";
import type { ConnectionSettings, SslMode } from "./settings.ts";

/** What the process was started with. `osUser` is libpq's default user; containers may have none. */
export type Environment = {
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly osUser: string | undefined;
};

export type ConnectionResult =
  | { readonly settings: ConnectionSettings }
  | { readonly problems: readonly ConnectionProblem[] };

const variables: Readonly<Record<ConnectionKeyword, string>> = {
  host: "PGHOST",
  port: "PGPORT",
  user: "PGUSER",
  password: "PGPASSWORD",
  dbname: "PGDATABASE",
  sslmode: "PGSSLMODE",
  sslrootcert: "PGSSLROOTCERT",
};

/** libpq would obey these and we cannot yet: to ignore them might reach another server, or with less protection. */
const unsupportedVariables = [
  "PGHOSTADDR",
  "PGSERVICE",
  "PGTARGETSESSIONATTRS",
  "PGREQUIREAUTH",
  "PGCHANNELBINDING",
  "PGSSLCERT",
  "PGSSLKEY",
  "PGSSLCRL",
  "PGSSLCRLDIR",
  "PGSSLMINPROTOCOLVERSION",
];

/** The connection that the environment names: `DATABASE_URL`, and the `PG*` variables for what it leaves open. */
export function connectionFromEnvironment(environment: Environment): ConnectionResult {
  const read = parseConnectionUrl(environment.variables["DATABASE_URL"] || "postgres://");
  if ("parts" in read) return completeConnection(read.parts, environment);
  return { problems: read.problems.map((problem) => ({ ...problem, variable: "DATABASE_URL" })) };
}

/** Fills what a URL left open: from the `PG*` variables first, as libpq does, then with libpq's defaults. */
export function completeConnection(parts: ConnectionParts, environment: Environment): ConnectionResult {
  const problems: ConnectionProblem[] = unsupportedVariables
    .filter((variable) => isGiven(environment.variables[variable]))
    .map((variable) => {
      return {
        variable,
        expected: "no such variable",
        got: "it, which is not supported yet",
        hint: `unset ${variable}`,
      };
    });
  const complete: Partial<Record<ConnectionKeyword, string>> = { ...parts };
  for (const keyword of connectionKeywords) {
    const variable = variables[keyword];
    const text = environment.variables[variable];
    if (complete[keyword] !== undefined || text === undefined || text === "") continue;
    const problem = checkPart(keyword, text, variable);
    if (problem === undefined) complete[keyword] = text;
    else problems.push(problem);
  }
  const user = complete.user ?? environment.osUser;
  if (user === undefined || user === "") {
    const hint = "name one in the URL or in PGUSER";
    problems.push({ variable: "PGUSER", expected: "a user", got: "none", hint });
  }
  // libpq would try the socket folder it was compiled with, which differs from build to build and cannot be known.
  const host = complete.host ?? "localhost";
  const tls = readTls(complete, host);
  if ("problem" in tls) problems.push(tls.problem);
  if (problems.length > 0 || user === undefined || "problem" in tls) return { problems };
  const { port = "5432", password, dbname = user } = complete;
  return { settings: { host, port: Number(port), user, password, database: dbname, ...tls } };
}

type Tls = Pick<ConnectionSettings, "sslMode" | "sslRootCert">;

/** As in libpq: a socket needs no TLS, `system` means verify-full, and a root certificate makes `require` check it. */
function readTls(parts: ConnectionParts, host: string): Tls | { readonly problem: ConnectionProblem } {
  const given: SslMode | undefined = sslModes.find((mode) => mode === parts.sslmode);
  if (host.startsWith("/")) return { sslMode: "disable", sslRootCert: undefined };
  if (parts.sslrootcert === "system") {
    if (given === undefined || given === "verify-full")
      return { sslMode: "verify-full", sslRootCert: undefined };
    const expected = "sslmode=verify-full with sslrootcert=system";
    return { problem: { variable: undefined, expected, got: `sslmode=${given}`, hint: undefined } };
  }
  const sslRootCert = parts.sslrootcert;
  if (given === "require" && sslRootCert !== undefined) return { sslMode: "verify-ca", sslRootCert };
  if (given === "verify-ca" && sslRootCert === undefined) {
    // Any public authority signs any name: without a root of one's own, the name must be checked.
    const expected = "sslrootcert=FILE with sslmode=verify-ca";
    return { problem: { variable: undefined, expected, got: "none", hint: "or use sslmode=verify-full" } };
  }
  return { sslMode: given ?? "prefer", sslRootCert };
}

function isGiven(text: string | undefined): boolean {
  return text !== undefined && text !== "";
}
