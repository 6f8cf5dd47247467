import { isSocket } from "../naming/connection-addresses.ts";
import type { ServerAddress, SslMode, TargetSessionAttributes } from "../settings.ts";

/** One try to reach a server: one address, with TLS or without. */
export type Attempt = {
  readonly address: ServerAddress;
  readonly isEncrypted: boolean;
};

/** What became of a failed attempt, as far as libpq cares: it decides what is tried next. */
export type AttemptEnd =
  /** No connection came about, or its time was up. */
  | "unreachable"
  /** The server has no TLS, or the handshake failed. */
  | "tls_failed"
  /** The server refused us before it was satisfied who we are. */
  | "login_refused"
  /** It starts up or shuts down: SQLSTATE 57P03. */
  | "not_now"
  /** It let us in, and is not what `target_session_attrs` asks for. */
  | "unwanted"
  /** Anything else, such as a database that does not exist. */
  | "failed";

export type NextStep = "other_encryption" | "next_address" | "next_host" | "give_up";

/** How an attempt was made: `isEncrypted` is what came of it, since a server may answer that it has no TLS. */
export type Way = {
  readonly mode: SslMode;
  readonly isEncrypted: boolean;
  /** The second of two attempts at the same address. */
  readonly isRetry: boolean;
};

/**
 * What libpq does next (`PQconnectPoll` in fe-connect.c). It looks further only where nothing answered, or where the answer
 * was "not now" or from the wrong kind of server; a login that was refused at one of several hosts is refused.
 */
export function nextStep(end: AttemptEnd, { mode, isEncrypted, isRetry }: Way): NextStep {
  const canRetry = !isRetry && mode === (isEncrypted ? "prefer" : "allow");
  const steps = {
    unreachable: "next_address",
    not_now: "next_host",
    unwanted: "next_host",
    tls_failed: canRetry && isEncrypted ? "other_encryption" : "give_up",
    login_refused: canRetry ? "other_encryption" : "give_up",
    failed: "give_up",
  } as const;
  return steps[end];
}

/** Whether the first attempt at an address asks for TLS. Sockets of the same machine never do. */
export function beginsEncrypted(address: ServerAddress, mode: SslMode): boolean {
  return !isSocket(address) && mode !== "disable" && mode !== "allow";
}

/** The mode that holds for an address: a socket of the same machine has no TLS, whatever was asked for. */
export function modeFor(address: ServerAddress, mode: SslMode): SslMode {
  return isSocket(address) ? "disable" : mode;
}

/** What each walk over the hosts wants: `prefer-standby` walks twice, and takes anybody the second time. */
export function passesOf(wanted: TargetSessionAttributes): readonly TargetSessionAttributes[] {
  return wanted === "prefer-standby" ? ["standby", "any"] : [wanted];
}

/** The same items in another order, each order as likely. `random` gives numbers from 0 to below 1. */
export function shuffled<Item>(items: readonly Item[], random: () => number): readonly Item[] {
  return items
    .map((item) => ({ item, rank: random() }))
    .toSorted((one, other) => one.rank - other.rank)
    .map(({ item }) => item);
}
