import { printable } from "../printable.ts";
import type { AttemptEnd } from "./attempts/attempt.ts";

/** Why a server could not be looked at. A closed set: it is a label value. */
export const failureReasons = ["connect", "auth", "permission", "timeout", "protocol", "exhausted"] as const;

export type FailureReason = (typeof failureReasons)[number];

type FailureDetails = {
  readonly code?: string | undefined;
  readonly isRefusal?: boolean;
  readonly isFromServer?: boolean;
  readonly cause?: unknown;
};

/** A failed round trip with the server. The message is safe to show: bounded, printable, without secret or query text. */
export class PostgresFailure extends Error {
  readonly reason: FailureReason;
  /** SQLSTATE, or the system's error code. */
  readonly code: string | undefined;
  /** The server refused one statement (severity ERROR), and the session can go on. */
  readonly isRefusal: boolean;
  /** The server said so itself, in words of its own. */
  readonly isFromServer: boolean;

  constructor(reason: FailureReason, message: string, details: FailureDetails = {}) {
    super(message, { cause: details.cause });
    this.name = "PostgresFailure";
    this.reason = reason;
    this.code = details.code;
    this.isRefusal = details.isRefusal ?? false;
    this.isFromServer = details.isFromServer ?? false;
  }
}

/** A failed attempt to connect that says what is to be tried next. */
export class AttemptFailure extends PostgresFailure {
  readonly end: AttemptEnd;

  constructor(end: AttemptEnd, reason: FailureReason, message: string, details: FailureDetails = {}) {
    super(reason, message, details);
    this.end = end;
  }
}

/** The same failure, as the end of an attempt; `addition` is put behind its message. */
export function toAttemptFailure(end: AttemptEnd, error: unknown, addition = ""): AttemptFailure {
  if (error instanceof AttemptFailure) return error;
  const { reason, message, code, isRefusal, isFromServer, cause } = toFailure(error);
  return new AttemptFailure(end, reason, `${message}${addition}`, { code, isRefusal, isFromServer, cause });
}

/** What a server says of itself may be anything, and of any length. */
const LONGEST_MESSAGE = 500;

/** SQLSTATE (two characters for a whole class) or system code to reason; PostgreSQL manual, appendix A. */
const reasonByCode: ReadonlyMap<string, FailureReason> = new Map(
  Object.entries({
    "28": "auth",
    "3D": "auth",
    AUTH_TYPE_NOT_IMPLEMENTED: "auth",
    SASL_SIGNATURE_MISMATCH: "auth",
    "42501": "permission",
    "53300": "exhausted",
    "57014": "timeout",
    "57P01": "connect",
    "57P02": "connect",
    "57P03": "connect",
    "57P05": "connect",
    "08P01": "protocol",
    "08": "connect",
    ECONNREFUSED: "connect",
    ECONNRESET: "connect",
    EPIPE: "connect",
    // We gave up on it ourselves.
    ABORT_ERR: "connect",
    EMFILE: "connect",
    ENFILE: "connect",
    ENOENT: "connect",
    EACCES: "connect",
    ENOTFOUND: "connect",
    EAI_AGAIN: "connect",
    EHOSTUNREACH: "connect",
    ENETUNREACH: "connect",
    CONNECTION_CLOSED: "connect",
    CONNECTION_DESTROYED: "connect",
    CONNECTION_ENDED: "connect",
    // What the driver had not sent yet when the socket was closed, by us or by the server.
    ERR_STREAM_DESTROYED: "connect",
    CONNECT_TIMEOUT: "timeout",
    ETIMEDOUT: "timeout",
  } as const),
);

/** The driver names a place that it was never told. */
const driverWords: ReadonlyMap<string, string> = new Map([
  ["CONNECTION_CLOSED", "the server closed the connection"],
  ["CONNECTION_ENDED", "the connection was given up"],
  ["CONNECTION_DESTROYED", "the connection was given up"],
  ["ERR_STREAM_DESTROYED", "the connection was closed"],
]);

/** Sorts whatever the driver or the socket threw. What nobody foresaw is `protocol`. */
export function toFailure(error: unknown): PostgresFailure {
  if (error instanceof PostgresFailure) return error;
  if (error instanceof AggregateError && error.errors.length > 0) return toFailure(error.errors[0]);
  const code = textOf(error, "code");
  const told = error instanceof Error ? (noListener(error) ?? error.message) : String(error);
  const message = driverWords.get(code ?? "") ?? told;
  const reason = reasonByCode.get(code ?? "") ?? reasonByCode.get((code ?? "").slice(0, 2)) ?? "protocol";
  // Poolers send no other than the one that PostgreSQL would translate.
  const severity = textOf(error, "severity") ?? textOf(error, "severity_local");
  const isRefusal = severity === "ERROR";
  return new PostgresFailure(reason, printable(message.slice(0, LONGEST_MESSAGE)), {
    code,
    isRefusal,
    isFromServer: severity !== undefined,
    cause: error,
  });
}

/** What the system's code means where a socket was to connect; `undefined` for any other error. */
function noListener(error: Error): string | undefined {
  if (!("syscall" in error && "code" in error && "address" in error) || error.syscall !== "connect")
    return undefined;
  const address = String(error.address);
  if (error.code === "ENOENT") return `nothing listens on ${address}: there is no such socket (ENOENT)`;
  if (error.code !== "ECONNREFUSED") return undefined;
  const host = address.includes(":") ? `[${address}]` : address;
  const place = "port" in error && typeof error.port === "number" ? `${host}:${error.port}` : address;
  return `nothing listens on ${place} (ECONNREFUSED)`;
}

function textOf(error: unknown, key: "code" | "severity" | "severity_local"): string | undefined {
  if (typeof error !== "object" || error === null) return undefined;
  const value: unknown = Object.getOwnPropertyDescriptor(error, key)?.value;
  return typeof value === "string" ? value : undefined;
}
