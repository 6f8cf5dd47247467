import type { Environment } from "../postgres/naming/connection-environment.ts";
import { complaint, type Complaint, type ConnectionParts } from "../postgres/naming/connection-parts.ts";
import type { ConnectionProblem, ConnectionWarning } from "../postgres/naming/connection-parts.ts";
import { completeConnection } from "../postgres/naming/connection-settings.ts";
import { CONNECTION_STRING, parseConnectionString } from "../postgres/naming/connection-string.ts";
import type { ConnectionSettings } from "../postgres/settings.ts";

/** What a file says of a connection: exactly one of `url` and `url_file`. */
export type ConnectionKeys = {
  readonly url?: ConnectionParts | undefined;
  readonly url_file?: string | undefined;
  readonly password_file?: string | undefined;
  readonly sslpassword_file?: string | undefined;
};

/** The key at which something stands or is missing. */
export type ConnectionKey = keyof ConnectionKeys;

export type KeyedConnection =
  | {
      readonly settings: ConnectionSettings;
      readonly warnings: readonly (ConnectionWarning & { readonly key: ConnectionKey })[];
    }
  | { readonly problems: readonly (ConnectionProblem & { readonly key: ConnectionKey })[] };

/** The connection that the keys of a server describe, made complete from the environment; or what is wrong, and at which key. */
export function serverConnection(keys: ConnectionKeys, environment: Environment): KeyedConnection {
  const { url, url_file: stringFile, password_file: passwordFile, sslpassword_file: keyPasswordFile } = keys;
  const key = stringFile === undefined ? "url" : "url_file";
  const refuse = (complaints: readonly Complaint[], at: ConnectionKey = key): KeyedConnection => {
    return { problems: complaints.map((found) => ({ ...found, key: at, origin: { type: "string" } })) };
  };
  if (url !== undefined && stringFile !== undefined)
    return refuse([complaint("either url or url_file", "both")]);
  const read = url === undefined ? readStringFile(stringFile, environment) : { parts: url };
  if ("complaints" in read) return refuse(read.complaints);
  const { password = "", sslpassword = "" } = read.parts;
  if (passwordFile !== undefined && password !== "")
    return refuse([complaint(`either password_file or a password in the ${key}`, "both")], "password_file");
  if (keyPasswordFile !== undefined && sslpassword !== "")
    return refuse(
      [complaint(`either sslpassword_file or an sslpassword in the ${key}`, "both")],
      "sslpassword_file",
    );
  const named = { parts: read.parts, stringFile, passwordFile, keyPasswordFile };
  const result = completeConnection(named, environment);
  if ("problems" in result) return { problems: result.problems.map((problem) => ({ ...problem, key })) };
  return { ...result, warnings: result.warnings.map((warning) => ({ ...warning, key })) };
}

function readStringFile(
  path: string | undefined,
  { readFile }: Environment,
): { readonly parts: ConnectionParts } | { readonly complaints: readonly Complaint[] } {
  if (path === undefined) return { complaints: [complaint(`${CONNECTION_STRING}; or url_file`, "nothing")] };
  const read = readFile(path);
  if ("why" in read) return { complaints: [complaint("a file that can be read", read.why)] };
  return parseConnectionString(read.text);
}
