import type { SecureContextOptions } from "node:tls";

import type { RateLimit } from "../passwords/rate-limit.ts";

/** Go's names for what is asked of clients' certificates. */
export const clientAuthTypes = [
  "NoClientCert",
  "RequestClientCert",
  "RequireAnyClientCert",
  "VerifyClientCertIfGiven",
  "RequireAndVerifyClientCert",
] as const;

export type ClientAuthType = (typeof clientAuthTypes)[number];

/** How connections are encrypted, and which clients' certificates are good enough. */
export type TlsConfig = {
  readonly context: SecureContextOptions;
  readonly clientAuthType: ClientAuthType;
  /** Names of which a client's certificate must have one; `null`: any. */
  readonly clientAllowedSans: readonly string[] | null;
};

/** How the page is protected: what a web configuration file comes to. */
export type WebConfig = {
  /** `null`: connections are not encrypted. */
  readonly tls: TlsConfig | null;
  /** Bcrypt hashes by the names of users; empty: nobody is asked for a password. */
  readonly users: ReadonlyMap<string, string>;
  /** Headers of every answer. An empty one takes ours of that name away. */
  readonly headers: Readonly<Record<string, string>>;
  readonly rateLimit: RateLimit | null;
  /** Whether the file asks for HTTP/2, which this server does not speak. */
  readonly isHttp2Wanted: boolean;
};

/** What holds without a file: everybody may read, unencrypted. */
export const openWebConfig: WebConfig = {
  tls: null,
  users: new Map(),
  headers: {},
  rateLimit: null,
  isHttp2Wanted: false,
};
