import { printable } from "../../printable.ts";
import type { FailureReason } from "../failure.ts";
import type { TlsSettings } from "../settings.ts";

/** What a failed handshake was about, in words, with what to do. */
export type TlsComplaint = { readonly reason: FailureReason; readonly message: string };

/**
 * What a TLS error of Node or OpenSSL means, by its code; `undefined` where the code is none of theirs. With TLS 1.3 the
 * server judges our certificate after the handshake, so that such an error may come at any time.
 */
export function explainTlsError(error: unknown, tls: TlsSettings): TlsComplaint | undefined {
  const code = codeOf(error);
  const certificate = certificateWords(tls).get(code);
  if (certificate !== undefined) return { reason: "connect", message: certificate };
  const ours = clientWords(tls).get(code);
  if (ours !== undefined) return { reason: "auth", message: ours };
  const general = generalWords.get(code);
  if (general !== undefined) return { reason: "connect", message: general };
  if (!/^(?:ERR_SSL_|ERR_TLS_|CERT_|CRL_|UNABLE_TO_)/u.test(code)) return undefined;
  const said = error instanceof Error ? printable(error.message.slice(0, 200)) : code;
  return { reason: "connect", message: `TLS: ${said}` };
}

/** The handshake ended without a word: the server, or something before it, hung up. */
export function explainHangUp({ negotiation }: TlsSettings): TlsComplaint {
  const message =
    negotiation === "direct"
      ? "the server hung up when TLS began: sslnegotiation=direct takes PostgreSQL 17 or newer"
      : "the server hung up during the TLS handshake: its log may tell why";
  return { reason: "connect", message };
}

/**
 * The server hung up after the handshake and before it said anything. With TLS 1.3 it judges our certificate only then, and why
 * it refuses it may be lost on the way.
 */
export function explainSilence({ certificate }: TlsSettings): TlsComplaint {
  const suspicion = certificate === undefined ? "" : `: it may refuse ${printable(certificate)}`;
  return {
    reason: "connect",
    message: `the server hung up right after the TLS handshake${suspicion}; its log may tell why`,
  };
}

function certificateWords({ rootCertificate, revocationList }: TlsSettings): ReadonlyMap<string, string> {
  const file = rootCertificate === undefined ? undefined : printable(rootCertificate);
  const known = file ?? "the system's list";
  const list = revocationList === undefined ? "sslcrl" : printable(revocationList);
  const unknownAuthority = `the server's certificate is signed by an authority that ${known} does not contain: name the authority's file in sslrootcert`;
  return new Map([
    ["SELF_SIGNED_CERT_IN_CHAIN", unknownAuthority],
    ["UNABLE_TO_GET_ISSUER_CERT", unknownAuthority],
    ["UNABLE_TO_GET_ISSUER_CERT_LOCALLY", unknownAuthority],
    ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", unknownAuthority],
    ["CERT_SIGNATURE_FAILURE", unknownAuthority],
    [
      "DEPTH_ZERO_SELF_SIGNED_CERT",
      `the server's certificate is signed by itself, and ${known} does not contain it: name a copy of it in sslrootcert`,
    ],
    ["CERT_HAS_EXPIRED", "the server's certificate, or that of its authority, has expired: renew it"],
    ["CERT_NOT_YET_VALID", "the server's certificate is not valid yet: compare the clocks of both machines"],
    ["CERT_REVOKED", `the server's certificate is revoked (${list}): give the server a new one`],
    ["CRL_HAS_EXPIRED", `the list of revoked certificates in ${list} has expired: fetch the current one`],
    ["CRL_NOT_YET_VALID", `the list of revoked certificates in ${list} is not valid yet: compare the clocks`],
    [
      "UNABLE_TO_GET_CRL",
      `${list} has no list of the authority that signed the server's certificate: add it`,
    ],
    [
      "INVALID_PURPOSE",
      "the server's certificate is not meant for servers: its extended key usage needs serverAuth",
    ],
  ]);
}

function clientWords({ certificate }: TlsSettings): ReadonlyMap<string, string> {
  const ours = certificate === undefined ? "our certificate" : printable(certificate);
  const wanted = "the server wants a client certificate: name it in sslcert, and its key in sslkey";
  return new Map([
    ["ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED", wanted],
    [
      "ERR_SSL_TLSV1_ALERT_UNKNOWN_CA",
      `the server does not know the authority that signed ${ours}: add that to the server's ssl_ca_file`,
    ],
    ["ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED", `the server says that ${ours} has expired: renew it`],
    ["ERR_SSL_SSLV3_ALERT_CERTIFICATE_REVOKED", `the server says that ${ours} is revoked: get a new one`],
    ["ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE", `the server refuses ${ours}: its log tells why`],
    ["ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN", `the server refuses ${ours}: its log tells why`],
    [
      "ERR_SSL_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE",
      `the server cannot use ${ours}: it must be one for clients`,
    ],
    ["ERR_SSL_TLSV1_ALERT_DECRYPT_ERROR", `the server could not verify ${ours}: its log tells why`],
  ]);
}

const noCommonVersion =
  "the server and pgleash have no TLS version in common: compare ssl_min_protocol_version and ssl_max_protocol_version with those of the server";

const generalWords: ReadonlyMap<string, string> = new Map([
  ["ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION", noCommonVersion],
  ["ERR_SSL_UNSUPPORTED_PROTOCOL", noCommonVersion],
  ["ERR_SSL_NO_PROTOCOLS_AVAILABLE", noCommonVersion],
  [
    "ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE",
    "the server refused the TLS handshake: it has no cipher in common with pgleash, or wants a client certificate",
  ],
  ["ERR_SSL_WRONG_VERSION_NUMBER", "what answers does not speak TLS: is this the port of PostgreSQL?"],
  ["ERR_SSL_PACKET_LENGTH_TOO_LONG", "what answers does not speak TLS: is this the port of PostgreSQL?"],
]);

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
