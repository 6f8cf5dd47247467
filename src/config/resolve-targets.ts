import type { Environment } from "../postgres/naming/connection-environment.ts";
import { complaint, type Complaint } from "../postgres/naming/connection-parts.ts";
import type { ConnectionSettings, ServerAddress } from "../postgres/settings.ts";
import { allowedPlaces } from "./allowed-hosts.ts";
import type { ServerConfig, ServersFile } from "./config.ts";
import type { ConnectionMistake, ConnectionTold } from "./connection-mistake.ts";
import type { ConfigIssue } from "./issue.ts";
import { nameField } from "./name-field.ts";
import { resolveServer } from "./resolve-server.ts";
import type { FileConfig } from "./schema.ts";
import { serverConnection, type ConnectionKeys } from "./server-connection.ts";
import { serverName } from "./server-name.ts";
import { mergeParts, parseTarget } from "./target-parts.ts";
import { placeOf, shownHost, type Target } from "./target.ts";

export type ResolvedServersFile =
  | { readonly serversFile: ServersFile | null; readonly warnings: readonly ConnectionTold[] }
  | { readonly mistakes: readonly ConnectionMistake[] };

const nameOfLabel = nameField("", "");

function elsewhere({ host, hostAddress }: ServerAddress): Complaint {
  const address = hostAddress === undefined || hostAddress === host ? "" : ` at ${shownHost(hostAddress)}`;
  return complaint("only hosts of allowed_hosts", `${shownHost(host)}${address}`);
}

/** In place of a target: the template is judged before there is any. */
const ANY_HOST = "target.invalid";

/** Where further servers are named, with everything filled in that holds for all of them; or what is wrong with it. */
export function resolveServersFile(file: FileConfig, environment: Environment): ResolvedServersFile {
  const { servers_file: patterns, servers_template: template = {}, allowed_hosts: allowedHosts } = file;
  if (patterns === undefined) return { serversFile: null, warnings: [] };
  const { url = {}, ...secrets } = template;
  const checked = serverConnection({ ...secrets, url: { ...url, host: ANY_HOST } }, environment);
  if ("problems" in checked) {
    const at = "value";
    return {
      mistakes: checked.problems.map(({ key, ...problem }) => ({
        ...problem,
        path: ["servers_template", key],
        at,
      })),
    };
  }
  const {
    name: _name,
    connection: _connection,
    ...common
  } = resolveServer("", checked.settings, template, file);
  const isAllowed = allowedHosts === undefined ? () => true : allowedPlaces(allowedHosts);
  const keys: ConnectionKeys = {
    url,
    password_file: template.password_file,
    sslpassword_file: template.sslpassword_file,
  };
  const serversFile: ServersFile = {
    patterns: typeof patterns === "string" ? [patterns] : patterns,
    template: { keys, common },
    allowedHosts: allowedHosts ?? null,
    serverOf: (target) => serverOf(target, { keys, common, isAllowed }, environment),
  };
  const warnings = checked.warnings.map(({ key, ...told }) => ({ ...told, path: ["servers_template", key] }));
  const isOpen = allowedHosts === undefined && sendsPassword(checked.settings);
  return { serversFile, warnings: isOpen ? [...warnings, openToAny] : warnings };
}

/** A password file is not meant: each of its entries says for which host it is. */
function sendsPassword({ password }: ConnectionSettings): boolean {
  return password.type !== "none" && password.type !== "passfile";
}

const openToAny: ConnectionTold = {
  origin: { type: "string" },
  path: ["servers_file"],
  told: "whoever writes these files can have the password sent to a host of their own (list your hosts in allowed_hosts)",
};

type Common = ServersFile["template"] & { readonly isAllowed: (place: ServerAddress) => boolean };

function serverOf(
  target: Target,
  { keys, common, isAllowed }: Common,
  environment: Environment,
): { readonly server: ServerConfig } | { readonly issues: readonly ConfigIssue[] } {
  const { text, label } = target;
  const refuse = (complaints: readonly Complaint[], host?: string) => {
    const place = placeOf(target, host);
    return { issues: complaints.map(({ expected, got, hint }) => ({ ...place, expected, got, hint })) };
  };
  const said = parseTarget(text);
  const merged = "parts" in said ? mergeParts(keys.url ?? {}, said.parts) : said;
  if ("complaints" in merged) return refuse(merged.complaints, merged.host);
  const result = serverConnection({ ...keys, url: merged.parts }, environment);
  const { host } = merged.parts;
  if ("problems" in result) return refuse(result.problems, host);
  const { settings: connection } = result;
  const stranger = connection.addresses.find((address) => !isAllowed(address));
  if (stranger !== undefined) return refuse([elsewhere(stranger)]);
  const name = nameOfLabel.safeParse(label ?? serverName(connection.addresses));
  if (name.success) return { server: { ...common, name: name.data, connection } };
  const hint = "give it one with the label server";
  return refuse(name.error.issues.map(({ message }) => ({ expected: message, got: "another one", hint })));
}
