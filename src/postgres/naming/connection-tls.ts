import { complaint, type Complaint, type ConnectionParts } from "./connection-parts.ts";
import type { ConnectionKeyword } from "./connection-parameters.ts";
import type { Environment } from "./connection-environment.ts";
import { tlsVersions } from "./connection-values.ts";
import { sslModes, type SecretSource, type SslMode, type TlsSettings } from "../settings.ts";

/** Whose defaults hold: PostgreSQL's own library, or the driver of postgres_exporter. */
export type Driver = "libpq" | "lib/pq";

export type TlsSurroundings = {
  readonly environment: Pick<Environment, "variables" | "homeFolder" | "exists">;
  readonly driver: Driver;
  /** Whether any address is none of a Unix socket, where `sslmode` does not apply. */
  readonly isNetworkUsed: boolean;
  readonly keyPassword: SecretSource;
};

/** What is told of one parameter, whoever gave it. */
export type Told = { readonly keyword: ConnectionKeyword; readonly told: string };

export type TlsResult =
  | { readonly tls: TlsSettings; readonly warnings: readonly Told[] }
  | { readonly complaint: Complaint; readonly keyword: ConnectionKeyword };

/**
 * TLS as libpq would do it with these parameters and the files in `~/.postgresql`. Only one thing is stricter: a file that is named must
 * be there, where libpq goes on without it.
 */
export function tlsOf(parts: ConnectionParts, surroundings: TlsSurroundings): TlsResult {
  const { driver, isNetworkUsed, keyPassword } = surroundings;
  const isSystem = parts.sslrootcert === "system";
  const mode = sslModes.find((known) => known === parts.sslmode) ?? defaultMode(driver, isSystem);
  const { root: named, warnings } = rootCertificate(parts, mode, surroundings);
  // lib/pq takes the authorities of the system. With verify-ca any of them could sign for any name.
  const isSystemUsed = isSystem || (driver === "lib/pq" && mode === "verify-full" && named === undefined);
  const root = isSystemUsed ? systemFile(surroundings) : named;
  const wrong =
    tooWeak(parts, mode) ??
    wrongRange(parts) ??
    (isSystemUsed && root === undefined ? systemFolder(surroundings) : undefined);
  if (wrong !== undefined) return wrong;
  const isVerified = mode === "verify-ca" || mode === "verify-full";
  const isRootKnown = root !== undefined || isSystemUsed;
  if (isVerified && isNetworkUsed && !isRootKnown)
    return { complaint: withoutRoot(mode), keyword: "sslmode" };
  const client = clientCertificate(parts, surroundings);
  if ("complaint" in client) return client;
  const tls: TlsSettings = {
    mode: mode === "require" && root !== undefined ? "verify-ca" : mode,
    negotiation: parts.sslnegotiation === "direct" ? "direct" : "postgres",
    rootCertificate: root,
    revocationList: root === undefined ? undefined : parts.sslcrl || existing("root.crl", surroundings),
    isCertificateAllowed: parts.sslcertmode !== "disable",
    ...client,
    keyPassword,
    minVersion: versionOf(parts.ssl_min_protocol_version ?? "TLSv1.2"),
    maxVersion: versionOf(parts.ssl_max_protocol_version ?? ""),
    isNameSent: (parts.sslsni ?? "1").startsWith("1"),
  };
  const isListUnused = isVerified && root === undefined && (parts.sslcrl ?? "") !== "";
  return { tls, warnings: isListUnused ? [...warnings, listUnused] : warnings };
}

const listUnused: Told = {
  keyword: "sslcrl",
  told: "sslcrl is not used: it needs a root certificate of your own (sslrootcert=FILE)",
};

function defaultMode(driver: Driver, isSystem: boolean): SslMode {
  if (isSystem) return "verify-full";
  return driver === "lib/pq" ? "require" : "prefer";
}

type Wrong = { readonly complaint: Complaint; readonly keyword: ConnectionKeyword };

/** Any public authority signs any name, so that its certificate proves nothing unless the name is checked. */
function tooWeak(parts: ConnectionParts, mode: SslMode): Wrong | undefined {
  const told = (expected: string): Wrong => {
    return { complaint: complaint(expected, `sslmode=${mode}`), keyword: "sslmode" };
  };
  if (parts.sslrootcert === "system" && mode !== "verify-full")
    return told("sslmode=verify-full with sslrootcert=system");
  const isWeak = mode === "disable" || mode === "allow" || mode === "prefer";
  if (parts.sslnegotiation === "direct" && isWeak)
    return told("sslmode=require, verify-ca or verify-full with sslnegotiation=direct");
  return undefined;
}

function wrongRange(parts: ConnectionParts): Wrong | undefined {
  const [least, most] = [parts.ssl_min_protocol_version ?? "TLSv1.2", parts.ssl_max_protocol_version ?? ""]
    .map(versionOf)
    .map((version) => tlsVersions.findIndex((known) => known === version));
  if (least === undefined || most === undefined || least === -1 || most === -1 || least <= most)
    return undefined;
  const expected =
    "ssl_max_protocol_version to be at least ssl_min_protocol_version (TLSv1.2 when not given)";
  return { complaint: complaint(expected, "less"), keyword: "ssl_max_protocol_version" };
}

function withoutRoot(mode: SslMode): Complaint {
  const hint =
    mode === "verify-full"
      ? "write sslrootcert=FILE, or sslrootcert=system for a certificate of a public authority"
      : "write sslrootcert=FILE, or sslmode=verify-full with sslrootcert=system";
  return complaint(`a root certificate with sslmode=${mode}`, "none", hint);
}

/** Where nothing is checked for sure, libpq connects without a file that is named and not there; nobody may rely on it. */
function rootCertificate(
  { sslrootcert: named = "" }: ConnectionParts,
  mode: SslMode,
  surroundings: TlsSurroundings,
): { readonly root: string | undefined; readonly warnings: readonly Told[] } {
  if (named === "system") return { root: undefined, warnings: [] };
  if (named === "") return { root: existing("root.crt", surroundings), warnings: [] };
  const isOptional = mode === "allow" || mode === "prefer";
  if (!isOptional || surroundings.environment.exists(named)) return { root: named, warnings: [] };
  const told = `the file of sslrootcert does not exist: with sslmode=${mode} no certificate is checked`;
  return { root: named, warnings: [{ keyword: "sslrootcert", told }] };
}

/** OpenSSL's own variables name the authorities of the system, for whoever asks for these. */
function systemFile({ environment: { variables } }: TlsSurroundings): string | undefined {
  return variables["SSL_CERT_FILE"] || undefined;
}

function systemFolder({ environment: { variables }, isNetworkUsed }: TlsSurroundings): Wrong | undefined {
  if (!isNetworkUsed || (variables["SSL_CERT_DIR"] ?? "") === "") return undefined;
  const hint = "put its certificates into one file, and name that in SSL_CERT_FILE or sslrootcert";
  const found = complaint("no SSL_CERT_DIR where the authorities of the system are asked for", "one", hint);
  return { complaint: found, keyword: "sslrootcert" };
}

type Client = Pick<TlsSettings, "certificate" | "key">;

function clientCertificate(parts: ConnectionParts, surroundings: TlsSurroundings): Client | Wrong {
  const certificate = parts.sslcert || existing("postgresql.crt", surroundings);
  if (certificate === undefined || parts.sslcertmode === "disable")
    return { certificate: undefined, key: undefined };
  const key = parts.sslkey || inHome("postgresql.key", surroundings);
  if (key !== undefined) return { certificate, key };
  return { complaint: complaint("sslkey with sslcert", "none"), keyword: "sslcert" };
}

/** A file that libpq looks for by itself; `undefined` when there is none. */
function existing(name: string, surroundings: TlsSurroundings): string | undefined {
  const path = inHome(name, surroundings);
  return path !== undefined && surroundings.environment.exists(path) ? path : undefined;
}

function inHome(name: string, { environment: { homeFolder } }: TlsSurroundings): string | undefined {
  return homeFolder === undefined ? undefined : `${homeFolder}/.postgresql/${name}`;
}

function versionOf(text: string): (typeof tlsVersions)[number] | undefined {
  return tlsVersions.find((version) => version.toLowerCase() === text.toLowerCase());
}
