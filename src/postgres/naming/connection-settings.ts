import { addressesOf, isAnyNameless, isSocket } from "./connection-addresses.ts";
import { gatherParts, type Environment } from "./connection-environment.ts";
import { connectionParameters, type ConnectionKeyword } from "./connection-parameters.ts";
import { complaint } from "./connection-parts.ts";
import type {
  Complaint,
  ConnectionParts,
  ConnectionProblem,
  ConnectionWarning,
  GivenParts,
  Origin,
} from "./connection-parts.ts";
import { targetOf } from "./connection-target.ts";
import { tlsOf, type Driver } from "./connection-tls.ts";
import { checkValue, wholeNumber } from "./connection-values.ts";
import { targetSessionAttributes } from "../settings.ts";
import type { ConnectionSettings, SecretSource } from "../settings.ts";

/** A connection as somebody named it: what is left open is for the environment to fill. */
export type NamedConnection = {
  readonly parts: ConnectionParts;
  /** The file that holds the string: the secrets in it are read anew at each connect. */
  readonly stringFile?: string | undefined;
  /** Files that hold nothing but a secret. */
  readonly passwordFile?: string | undefined;
  readonly keyPasswordFile?: string | undefined;
  /** libpq unless something else is said. */
  readonly driver?: Driver;
};

export type ConnectionResult =
  | { readonly settings: ConnectionSettings; readonly warnings: readonly ConnectionWarning[] }
  | { readonly problems: readonly ConnectionProblem[] };

/** Silence that firewalls are known to bear. libpq would wait two hours, as the system does. */
const KEEPALIVE_SECONDS = 30;

/** libpq never waits for less than this: its clock counts whole seconds. */
const SHORTEST_TIMEOUT_SECONDS = 2;

/** Makes a connection complete, from its service, the `PG*` variables, the files in the home folder and libpq's defaults. */
export function completeConnection(named: NamedConnection, environment: Environment): ConnectionResult {
  const gathered = gatherParts(named.parts, environment);
  if ("problems" in gathered) return gathered;
  const { given } = gathered;
  const wrongValues = checkGiven(given);
  if (wrongValues.length > 0) return { problems: wrongValues };
  const parts = textsOf(given);
  const found = addressesOf(parts);
  const tls = tlsOf(parts, {
    environment,
    driver: named.driver ?? "libpq",
    isNetworkUsed: "addresses" in found && found.addresses.some((address) => !isSocket(address)),
    keyPassword: secretOf("sslpassword", named, given) ?? { type: "none" },
  });
  const user = parts.user || environment.osUser || undefined;
  const problems: ConnectionProblem[] = [];
  const blame = (complained: Complaint, keyword: ConnectionKeyword): void =>
    void problems.push({ ...complained, origin: given[keyword]?.origin ?? string });
  if (user === undefined) problems.push(withoutUser);
  if ("complaint" in found) blame(found.complaint, given.port === undefined ? "host" : "port");
  if ("complaint" in tls) blame(tls.complaint, tls.keyword);
  else if (tls.tls.mode === "verify-full" && isAnyNameless(parts)) blame(withoutName, "hostaddr");
  if (user === undefined || "complaint" in found || "complaint" in tls || problems.length > 0)
    return { problems };
  const settings: ConnectionSettings = {
    addresses: found.addresses,
    order: parts.load_balance_hosts === "random" ? "random" : "as_given",
    sessionAttributes: targetSessionAttributes.find((known) => known === parts.target_session_attrs) ?? "any",
    connectTimeoutSeconds: connectTimeout(parts),
    keepaliveSeconds: keepalive(parts),
    user,
    password: secretOf("password", named, given) ?? passfileOf(parts, environment),
    database: parts.dbname || user,
    options: parts.options || undefined,
    tls: tls.tls,
  };
  const warnings = tls.warnings.map(({ keyword, told }) => {
    return { told, origin: given[keyword]?.origin ?? string };
  });
  return { settings, warnings: [...setAside(given), ...warnings] };
}

const string: Origin = { type: "string" };

const withoutName = complaint(
  "host beside hostaddr with sslmode=verify-full",
  "none",
  "the certificate of the server is for a name",
);

const withoutUser: ConnectionProblem = {
  ...complaint("a user", "none", "name one in the connection string or in PGUSER"),
  origin: { type: "variable", variable: "PGUSER" },
};

/** What is wrong with the values of service and variables: those of the string were checked when it was read. */
function checkGiven(given: GivenParts): readonly ConnectionProblem[] {
  return connectionParameters.flatMap(({ keyword }) => {
    const part = given[keyword];
    const wrong =
      part === undefined || part.origin.type === "string" ? undefined : checkValue(keyword, part.text);
    return part === undefined || wrong === undefined ? [] : [{ ...wrong, origin: part.origin }];
  });
}

function setAside(given: GivenParts): readonly ConnectionWarning[] {
  return connectionParameters.flatMap((parameter) => {
    const part = given[parameter.keyword];
    if (parameter.treatment !== "set_aside" || part === undefined || part.text === "") return [];
    return [{ told: `${parameter.keyword} is not used: ${parameter.told}`, origin: part.origin }];
  });
}

function textsOf(given: GivenParts): ConnectionParts {
  const texts: Partial<Record<ConnectionKeyword, string>> = {};
  for (const { keyword } of connectionParameters) {
    const part = given[keyword];
    if (part !== undefined) texts[keyword] = part.text;
  }
  return texts;
}

/** `undefined` when nobody gives one. An empty one is none, as in libpq. */
function secretOf(
  keyword: "password" | "sslpassword",
  { parts, stringFile, passwordFile, keyPasswordFile }: NamedConnection,
  given: GivenParts,
): SecretSource | undefined {
  const file = keyword === "password" ? passwordFile : keyPasswordFile;
  if (file !== undefined) return { type: "file", path: file };
  const part = given[keyword];
  if (part === undefined || part.text === "") return undefined;
  return part.origin.type === "string" && stringFile !== undefined
    ? { type: "connection_string_file", path: stringFile, target: targetOf(parts) }
    : { type: "given", secret: part.text };
}

function passfileOf({ passfile }: ConnectionParts, { homeFolder }: Environment): SecretSource {
  const path = passfile || (homeFolder === undefined ? undefined : `${homeFolder}/.pgpass`);
  return path === undefined ? { type: "none" } : { type: "passfile", path };
}

/** Seconds; as in libpq, 0 and less are no limit. */
function connectTimeout({ connect_timeout: text }: ConnectionParts): number | null {
  const seconds = wholeNumber(text ?? "") ?? 0;
  return seconds > 0 ? Math.max(seconds, SHORTEST_TIMEOUT_SECONDS) : null;
}

function keepalive({ keepalives, keepalives_idle: idle }: ConnectionParts): number | null {
  if (wholeNumber(keepalives ?? "1") === 0) return null;
  return wholeNumber(idle ?? "") ?? KEEPALIVE_SECONDS;
}
