import type { Look } from "./classify/look.ts";
import type { OwnSession } from "./classify/pools/slot-scope.ts";
import type { CandidateAges } from "./observe/snapshot.ts";
import type { Probe } from "./postgres/probe.ts";

/**
 * What one look read, with all else that it is judged and decided by but for the configuration, what is remembered, and
 * what is permitted. Recorded looks hold it.
 */
export type Reading = {
  readonly look: Look;
  /** What was asked for: whoever is younger is missing in the look, and all clients of a host are one unless asked apart. */
  readonly asked: { readonly ages: CandidateAges; readonly groupsByClient: boolean };
  /** Connection slots that an ordinary role can take. */
  readonly usableSlots: number;
  readonly ownSession: OwnSession;
  readonly ownRole: string;
  /** Looks further apart than this cannot vouch for what happened in between. */
  readonly gapSeconds: number;
  /** Seconds by our own clock since the look before; `null` for the first of a process. The server's clock must agree. */
  readonly sinceLastLookSeconds: number | null;
  /** A quick look called for it, between two looks by plan: it judges as they do, and the leash goes by them alone. */
  readonly isOutOfTurn: boolean;
  /** A pooler in between, or a role that may not signal, forbids to act. */
  readonly isPooled: boolean;
  readonly canSignal: boolean;
};

/** The part of a reading that the probe of the connection knows. */
export function probedFor({
  slots,
  ownSession,
  user: ownRole,
  pooled: isPooled,
}: Probe): Pick<Reading, "usableSlots" | "ownSession" | "ownRole" | "isPooled"> {
  const usableSlots =
    slots.max_connections - slots.reserved_connections - slots.superuser_reserved_connections;
  return { usableSlots, ownSession, ownRole, isPooled };
}
