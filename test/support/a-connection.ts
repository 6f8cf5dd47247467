import type { ConnectionSettings, TlsSettings } from "../../src/postgres/settings.ts";

/** Where a test server listens: `host` is an address or a socket folder. */
type Place = { readonly host: string; readonly port: number };

/** What a test wants of a connection: any part of the settings, and of their TLS. */
export type ConnectionWishes = Partial<Omit<ConnectionSettings, "tls">> & {
  readonly tls?: Partial<TlsSettings>;
};

/** Settings for one place, by default as the role `pgleash`, without a password and without TLS. */
export function aConnection({ host, port }: Place, wishes: ConnectionWishes = {}): ConnectionSettings {
  return {
    addresses: [{ host, hostAddress: undefined, port }],
    order: "as_given",
    sessionAttributes: "any",
    connectTimeoutSeconds: null,
    keepaliveSeconds: 30,
    user: "pgleash",
    password: { type: "none" },
    database: "postgres",
    options: undefined,
    ...wishes,
    tls: {
      mode: "disable",
      negotiation: "postgres",
      rootCertificate: undefined,
      revocationList: undefined,
      isCertificateAllowed: true,
      certificate: undefined,
      key: undefined,
      keyPassword: { type: "none" },
      minVersion: undefined,
      maxVersion: undefined,
      isNameSent: true,
      ...wishes.tls,
    },
  };
}
