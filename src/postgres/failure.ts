/** Why a server could not be looked at. A closed set: it is a label value. */
export const failureReasons = ["connect", "auth", "permission", "timeout", "protocol", "exhausted"] as const;

export type FailureReason = (typeof failureReasons)[number];

/** A failed round trip with the server. The message is safe to log: it never holds a secret or a query text. */
export class PostgresFailure extends Error {
  readonly reason: FailureReason;
  /** SQLSTATE, or the system's error code. */
  readonly code: string | undefined;

  constructor(
    reason: FailureReason,
    message: string,
    options?: { code?: string | undefined; cause?: unknown },
  ) {
    super(message, { cause: options?.cause });
    this.name = "PostgresFailure";
    this.reason = reason;
    this.code = options?.code;
  }
}

/** SQLSTATE (two characters for a whole class) or system code to reason; PostgreSQL manual, appendix A. */
const reasonByCode: ReadonlyMap<string, FailureReason> = new Map(
  Object.entries({
    "28": "auth",
    "3D": "auth",
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
    ENOENT: "connect",
    EACCES: "connect",
    ENOTFOUND: "connect",
    EAI_AGAIN: "connect",
    EHOSTUNREACH: "connect",
    ENETUNREACH: "connect",
    CONNECTION_CLOSED: "connect",
    CONNECTION_DESTROYED: "connect",
    CONNECTION_ENDED: "connect",
    CONNECT_TIMEOUT: "timeout",
    ETIMEDOUT: "timeout",
  } as const),
);

/** Sorts whatever the driver or the socket threw. What nobody foresaw is `protocol`. */
export function toFailure(error: unknown): PostgresFailure {
  if (error instanceof PostgresFailure) return error;
  if (error instanceof AggregateError && error.errors.length > 0) return toFailure(error.errors[0]);
  const message = error instanceof Error ? error.message : String(error);
  const code = codeOf(error);
  const reason = reasonByCode.get(code ?? "") ?? reasonByCode.get((code ?? "").slice(0, 2)) ?? "protocol";
  return new PostgresFailure(reason, message, { code, cause: error });
}

function codeOf(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}
