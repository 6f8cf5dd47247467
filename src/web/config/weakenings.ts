import { isDeepStrictEqual } from "node:util";

import type { ClientAuthType, TlsConfig, WebConfig } from "./web-config.ts";

/** What a new configuration protects less than the old one, in words of the file. */
export type Weakenings = {
  /** Locks that are there no more: a file that was cut off, or is empty, looks like that. */
  readonly gone: readonly string[];
  /** Locks that others may open than before. */
  readonly looser: readonly string[];
};

/** Compares what two configurations protect. What is not plainly as strong as before counts as looser. */
export function weakenings(old: WebConfig, next: WebConfig): Weakenings {
  const left = locksOf(next);
  return {
    gone: locksOf(old).filter((lock) => !left.includes(lock)),
    looser: [
      ...(old.tls === null || next.tls === null ? [] : looserTls(old.tls, next.tls)),
      ...(isRateLooser(old, next) ? ["rate_limit"] : []),
      ...(isDeepStrictEqual(old.headers, next.headers) ? [] : ["headers"]),
    ],
  };
}

/** All that keeps strangers out. */
function locksOf({ tls, users }: WebConfig): readonly string[] {
  const type = tls?.clientAuthType ?? "NoClientCert";
  const isVerified = type === "RequireAndVerifyClientCert";
  const locks: readonly (readonly [name: string, isThere: boolean])[] = [
    ["TLS", tls !== null],
    ["users", users.size > 0],
    ["certificates of all clients", isVerified || type === "RequireAnyClientCert"],
    ["verified certificates of all clients", isVerified],
    ["client_ca", isVerified && tls?.context.ca !== undefined],
    ["client_allowed_sans", (tls?.clientAllowedSans ?? null) !== null],
  ];
  return locks.flatMap(([name, isThere]) => (isThere ? [name] : []));
}

/** Whoever may come without a certificate need not show a bad one. */
const strictness: Readonly<Record<ClientAuthType, number>> = {
  NoClientCert: 0,
  RequestClientCert: 0,
  VerifyClientCertIfGiven: 1,
  RequireAnyClientCert: 2,
  RequireAndVerifyClientCert: 3,
};

function looserTls(old: TlsConfig, next: TlsConfig): readonly string[] {
  const isLower = strictness[next.clientAuthType] < strictness[old.clientAuthType];
  const isOlder = (next.context.minVersion ?? "") < (old.context.minVersion ?? "");
  return [
    ...(isLower ? ["client_auth_type"] : []),
    ...(hasOthers(old.clientAllowedSans, next.clientAllowedSans) ? ["client_allowed_sans"] : []),
    ...(hasOthers(old.context.ca, next.context.ca) ? ["client_ca"] : []),
    ...(isOlder ? ["min_version"] : []),
    ...(isDeepStrictEqual(ciphersOf(old), ciphersOf(next)) ? [] : ["max_version, ciphers or curves"]),
  ];
}

/** Whether a list has what the old one had not. No list is one of everything. */
function hasOthers(old: unknown, next: unknown): boolean {
  if (!Array.isArray(old)) return false;
  return !Array.isArray(next) || next.some((item) => !old.includes(item));
}

function ciphersOf({ context }: TlsConfig): unknown {
  return { ...context, cert: null, key: null, ca: null, minVersion: null };
}

function isRateLooser({ rateLimit: old }: WebConfig, { rateLimit: next }: WebConfig): boolean {
  if (old === null) return false;
  return next === null || next.burst > old.burst || next.intervalSeconds < old.intervalSeconds;
}
