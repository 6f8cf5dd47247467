import { isSocket } from "../postgres/naming/connection-addresses.ts";
import type { TlsSettings } from "../postgres/settings.ts";
import type { Examination } from "./examine.ts";

/** How a connection is protected. */
export type Encryption = {
  /** `unknown` behind a pooler that was asked for TLS, and not told to insist. */
  readonly transport: "socket" | "plain" | "tls" | "unknown";
  /** As the server calls them; `null` where only the pooler knows. */
  readonly version: string | null;
  readonly cipher: string | null;
  /** What was checked of the certificate: its authority, or also that it is for this host. */
  readonly verified: "no" | "authority" | "host";
};

/** How the connection of a server is protected; `null` before anybody knows. */
export function encryptionOf({ server, place, probe, inspection }: Examination): Encryption | null {
  if (place === null || probe === null || inspection === null) return null;
  const none = { version: null, cipher: null, verified: "no" } as const;
  if (isSocket(place)) return { transport: "socket", ...none };
  const { tls } = server.connection;
  const verified = verifiedBy(tls);
  // Where the mode insists on TLS, a connection that came about has it, whatever the server sees behind a pooler.
  const isDemanded = demandsTls(tls);
  if (probe.pooled)
    return isDemanded
      ? { transport: "tls", version: null, cipher: null, verified }
      : { transport: tls.mode === "disable" ? "plain" : "unknown", ...none };
  if (inspection.tls !== null) return { transport: "tls", ...inspection.tls, verified };
  return isDemanded
    ? { transport: "tls", version: null, cipher: null, verified }
    : { transport: "plain", ...none };
}

function demandsTls({ mode }: TlsSettings): boolean {
  return mode === "require" || mode === "verify-ca" || mode === "verify-full";
}

/** With `allow` and `prefer` a certificate that fails the check leads to a connection without TLS: that is no check. */
function verifiedBy({ mode, rootCertificate }: TlsSettings): Encryption["verified"] {
  if (mode === "verify-full") return "host";
  if (mode === "verify-ca" || (mode === "require" && rootCertificate !== undefined)) return "authority";
  return "no";
}

/** In words: `TLSv1.3, certificate and host name verified`. */
export function encryptionText({ transport, version, verified }: Encryption): string {
  const words = {
    socket: "Unix socket",
    plain: "without TLS",
    unknown: "with TLS only if the pooler has it",
    tls: `${version ?? "TLS"}, ${verifiedText[verified]}`,
  };
  return words[transport];
}

const verifiedText = {
  no: "certificate not verified",
  authority: "certificate verified, host name not",
  host: "certificate and host name verified",
} as const;
