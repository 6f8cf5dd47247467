import type { ConnectionSettings, SecretSource, TlsSettings } from "../postgres/settings.ts";

/** The keys of a server that describe its connection, as a file would hold them. */
type ShownKeys = {
  readonly url?: string;
  readonly url_file?: string;
  readonly password_file?: string;
  readonly sslpassword_file?: string;
};

/** `comment` is the URL where the keys only name the file that holds it. */
export type ShownConnection = { readonly keys: ShownKeys; readonly comment: string | undefined };

/**
 * A connection as a URL that needs no `PG*` variables: what was filled in stands in it. Secrets are shown as `***`, and by their
 * file where they come from one.
 */
export function shownConnection(connection: ConnectionSettings): ShownConnection {
  const { password, tls } = connection;
  const url = shownUrl(connection);
  const secrets = [password, tls.keyPassword];
  const file = secrets.find((source) => source.type === "connection_string_file");
  const keys: ShownKeys = {
    ...(file === undefined ? { url } : { url_file: file.path }),
    ...(password.type === "file" ? { password_file: password.path } : {}),
    ...(tls.keyPassword.type === "file" ? { sslpassword_file: tls.keyPassword.path } : {}),
  };
  return { keys, comment: file === undefined ? undefined : url };
}

function shownUrl(connection: ConnectionSettings): string {
  const { addresses, user, password, database } = connection;
  const places = addresses.map(({ host, port }) => `${shownHost(host)}:${port}`).join(",");
  const credentials = `${encodeURIComponent(user)}${isInString(password) ? ":***" : ""}`;
  const query = [...placeParameters(connection), ...tlsParameters(connection.tls)]
    .filter((parameter) => parameter[1] !== undefined)
    .map(([name, value]) => `${name}=${encodeValue(value ?? "")}`)
    .join("&");
  return `postgres://${credentials}@${places}/${encodeURIComponent(database)}?${query}`;
}

function shownHost(host: string): string {
  return host.includes(":") && !host.startsWith("/") && !host.startsWith("@")
    ? `[${host.replaceAll("%", "%25")}]`
    : encodeURIComponent(host);
}

/** `undefined` where the default holds. */
type Parameter = readonly [name: string, value: string | undefined];

const DEFAULT_KEEPALIVE_SECONDS = 30;

function placeParameters(connection: ConnectionSettings): readonly Parameter[] {
  const { addresses, password, keepaliveSeconds, connectTimeoutSeconds } = connection;
  const hostAddresses = addresses.map(({ hostAddress }) => hostAddress ?? "");
  const isIdleSet = keepaliveSeconds !== null && keepaliveSeconds !== DEFAULT_KEEPALIVE_SECONDS;
  return [
    ["hostaddr", hostAddresses.some((address) => address !== "") ? hostAddresses.join(",") : undefined],
    ["target_session_attrs", unless("any", connection.sessionAttributes)],
    ["load_balance_hosts", unless("as_given", connection.order)],
    ["connect_timeout", connectTimeoutSeconds === null ? undefined : String(connectTimeoutSeconds)],
    ["keepalives", keepaliveSeconds === null ? "0" : undefined],
    ["keepalives_idle", isIdleSet ? String(keepaliveSeconds) : undefined],
    ["options", connection.options],
    ["passfile", password.type === "passfile" ? password.path : undefined],
  ];
}

function tlsParameters(tls: TlsSettings): readonly Parameter[] {
  const { mode, rootCertificate } = tls;
  return [
    ["sslmode", mode],
    ["sslnegotiation", unless("postgres", tls.negotiation)],
    ["sslrootcert", rootCertificate ?? (mode === "verify-full" ? "system" : undefined)],
    ["sslcrl", tls.revocationList],
    ["sslcertmode", tls.isCertificateAllowed ? undefined : "disable"],
    ["sslcert", tls.certificate],
    ["sslkey", tls.key],
    ["sslpassword", isInString(tls.keyPassword) ? "***" : undefined],
    ["ssl_min_protocol_version", unless("TLSv1.2", tls.minVersion ?? "")],
    ["ssl_max_protocol_version", tls.maxVersion],
    ["sslsni", tls.isNameSent ? undefined : "0"],
  ];
}

function isInString(source: SecretSource): boolean {
  return source.type === "given" || source.type === "connection_string_file";
}

function unless(usual: string, value: string): string | undefined {
  return value === usual ? undefined : value;
}

/** Only what would end the value, or would be read as something else, needs to be encoded. */
function encodeValue(value: string): string {
  return encodeURIComponent(value).replaceAll("%2F", "/").replaceAll("%2C", ",").replaceAll("%3A", ":");
}
