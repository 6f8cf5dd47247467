import type { X509Certificate } from "node:crypto";
import { isIP } from "node:net";

import type { TlsConfig } from "../config/web-config.ts";

/** What a handshake found out about a client. */
export type Peer = {
  readonly certificate: X509Certificate | undefined;
  /** Whether an authority that we trust signed it. */
  readonly isVerified: boolean;
};

/** Whether a client may come in, by the certificate that it showed or did not. */
export function admits(
  { clientAuthType, clientAllowedSans }: Pick<TlsConfig, "clientAuthType" | "clientAllowedSans">,
  { certificate, isVerified }: Peer,
): boolean {
  const isGiven = certificate !== undefined;
  switch (clientAuthType) {
    case "NoClientCert":
    case "RequestClientCert":
      return true;
    case "VerifyClientCertIfGiven":
      return !isGiven || isVerified;
    case "RequireAnyClientCert":
      return isGiven && hasAllowedName(certificate, clientAllowedSans);
    case "RequireAndVerifyClientCert":
    default:
      return isGiven && isVerified && hasAllowedName(certificate, clientAllowedSans);
  }
}

function hasAllowedName(certificate: X509Certificate, allowed: readonly string[] | null): boolean {
  if (allowed === null) return true;
  const names = alternativeNames(certificate.subjectAltName ?? "");
  return allowed.some(
    (name) => names.includes(name) || (isIP(name) > 0 && certificate.checkIP(name) !== undefined),
  );
}

/** The names in `DNS:a, IP Address:127.0.0.1, URI:"spiffe://b, c"`: Node quotes, as JSON, what has special characters. */
function alternativeNames(text: string): readonly string[] {
  const entries = text.matchAll(/(?<type>[^:,"]*):(?<name>"(?:[^"\\]|\\.)*"|[^,]*)(?:, |$)/gy);
  return [...entries].flatMap(({ groups }) => {
    const isText = /^(?:DNS|URI|email)$/.test(groups?.["type"] ?? "");
    return isText ? [nameOf(groups?.["name"] ?? "")] : [];
  });
}

function nameOf(text: string): string {
  if (!text.startsWith('"')) return text;
  const parsed: unknown = JSON.parse(text);
  return typeof parsed === "string" ? parsed : text;
}
