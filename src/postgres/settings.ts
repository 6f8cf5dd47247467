import type { ConnectionTarget } from "./naming/connection-target.ts";

/** libpq's `sslmode` values, with libpq's meaning. */
export const sslModes = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"] as const;

export type SslMode = (typeof sslModes)[number];

/** libpq's `target_session_attrs` values, with libpq's meaning. */
export const targetSessionAttributes = [
  "any",
  "read-write",
  "read-only",
  "primary",
  "standby",
  "prefer-standby",
] as const;

export type TargetSessionAttributes = (typeof targetSessionAttributes)[number];

/** One place to try. */
export type ServerAddress = {
  /** A host name, an address, or the folder of a Unix socket (starts with `/`, or `@` for an abstract one). */
  readonly host: string;
  /** The address to connect to, so that `host` is only what certificates and password files are checked for. */
  readonly hostAddress: string | undefined;
  readonly port: number;
};

/**
 * Where a secret comes from. What names a file is read anew at each connect, so that a rotated secret holds at once: all
 * of a `file` but the white space around it; the entry of a password file that matches; the part of the string in a file, as long as
 * that string still names the same `target`.
 */
export type SecretSource =
  | { readonly type: "none" }
  | { readonly type: "given"; readonly secret: string }
  | { readonly type: "file"; readonly path: string }
  | { readonly type: "passfile"; readonly path: string }
  | {
      readonly type: "connection_string_file";
      readonly path: string;
      readonly target: ConnectionTarget;
    };

export type TlsSettings = {
  readonly mode: SslMode;
  /** `direct` begins with TLS at once (PostgreSQL 17 and newer). */
  readonly negotiation: "postgres" | "direct";
  /** PEM files. Without a root certificate, the authorities of the system. */
  readonly rootCertificate: string | undefined;
  readonly revocationList: string | undefined;
  /** Whether a client certificate may be sent: `false` also holds back the one in the home folder. */
  readonly isCertificateAllowed: boolean;
  /** A client certificate, its key, and what decrypts the key. */
  readonly certificate: string | undefined;
  readonly key: string | undefined;
  readonly keyPassword: SecretSource;
  readonly minVersion: "TLSv1" | "TLSv1.1" | "TLSv1.2" | "TLSv1.3" | undefined;
  readonly maxVersion: "TLSv1" | "TLSv1.1" | "TLSv1.2" | "TLSv1.3" | undefined;
  /** Whether the server is told the name that it is called by. */
  readonly isNameSent: boolean;
};

/** How to reach one server. Complete: nothing is left for the driver to guess from the environment. */
export type ConnectionSettings = {
  /** Tried in this order, or in a random one, until one answers as `sessionAttributes` wants. At least one. */
  readonly addresses: readonly [ServerAddress, ...ServerAddress[]];
  readonly order: "as_given" | "random";
  readonly sessionAttributes: TargetSessionAttributes;
  /** How long one address may take, in seconds, if its share of what is left of the deadline is not less; `null`: its share. */
  readonly connectTimeoutSeconds: number | null;
  /** Seconds of silence after which the system asks whether the other end is there; `null`: never. */
  readonly keepaliveSeconds: number | null;
  readonly user: string;
  readonly password: SecretSource;
  readonly database: string;
  /** Command line options for the backend, as in `-c statement_timeout=5s`. */
  readonly options: string | undefined;
  readonly tls: TlsSettings;
};
