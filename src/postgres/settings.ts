/** libpq's `sslmode` values that we support, with libpq's meaning. */
export const sslModes = ["disable", "prefer", "require", "verify-ca", "verify-full"] as const;

export type SslMode = (typeof sslModes)[number];

/** How to reach one server. Complete: nothing is left for the driver to guess from the environment. */
export type ConnectionSettings = {
  /** A host name, an address, or the folder of a Unix socket (starts with `/`). */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string | undefined;
  readonly database: string;
  readonly sslMode: SslMode;
  /** A PEM file; `undefined` means the system's authorities. */
  readonly sslRootCert: string | undefined;
};
