import type { Permits } from "../decide/situation.ts";
import type { Deadline } from "../postgres/deadline.ts";
import type { Probe } from "../postgres/probe.ts";
import type { Session } from "../postgres/session.ts";
import type { Audit } from "./audit.ts";
import type { Lease, LeaseState } from "./lease.ts";
import type { PauseWatch } from "./pause-file.ts";

/** What acting on one server takes, beside a session and a policy. */
export type Means = {
  /** Both switches are on, and the configuration was read as it stands. */
  readonly isEnforcing: boolean;
  readonly lease: Lease;
  readonly leaseDatabase: string;
  /** `null` where no file is configured: without an audit nothing is ever enforced. */
  readonly pause: PauseWatch | null;
  readonly audit: Audit | null;
  /** Why the configured audit could not be read, in words; `null` where it was, and where none is configured. */
  readonly auditProblem: string | null;
};

type Asking = {
  readonly probe: Probe;
  /** The longest time between two looks. */
  readonly pollSeconds: number;
  readonly deadline: Deadline;
  /** The epoch by our own clock. */
  readonly nowSeconds: number;
};

/** What is permitted at this look, and in words what is not. */
export type Permitted = {
  readonly permits: Permits;
  /** Why the lease is not ours; `null` when it is, or is not needed. */
  readonly leaseRefusal: string | null;
  /** Why nothing can be put on record; `null` while it can, and where a dry run is to keep none. */
  readonly auditFailure: string | null;
};

/** Asks for everything that must be so before anybody is signalled. A dry run needs no lease, and takes none. */
export async function permitted(session: Session, means: Means, asking: Asking): Promise<Permitted> {
  const { probe, pollSeconds, deadline, nowSeconds } = asking;
  const { isEnforcing, audit } = means;
  const pause = (await means.pause?.read(nowSeconds)) ?? null;
  const lease = isEnforcing ? await hold(session, means, { probe, pollSeconds, deadline }) : notNeeded;
  const leaseRefusal = lease.isHeld || !isEnforcing ? null : lease.why;
  const isAuditWorking = audit !== null && (await audit.recover());
  if (!isEnforcing) await means.lease.release(session, { version: probe.version, deadline });
  return {
    permits: {
      isEnforcing,
      pause,
      hasLease: lease.isHeld,
      leaseRefusal,
      isPooled: probe.pooled,
      canSignal: probe.privileges.pg_signal_backend,
      isAuditWorking,
    },
    leaseRefusal,
    auditFailure:
      audit === null ? (means.auditProblem ?? (isEnforcing ? "there is none" : null)) : audit.failure(),
  };
}

/**
 * Why no further act is begun, though the look permitted it: acts take seconds each, and whoever says stop meanwhile means
 * now. `stopping` is aborted once the watch gets new settings or ends. `nowSeconds` is the epoch by our clock. Never throws.
 */
export async function whyStop(
  pauseWatch: PauseWatch | null,
  stopping: AbortSignal,
  nowSeconds: number,
): Promise<string | null> {
  const pause = (await pauseWatch?.read(nowSeconds)) ?? null;
  if (stopping.aborted) return "stopped: new settings came during the look, or the watch ends";
  return pause === null ? null : `paused: ${pause.reason}`;
}

const notNeeded: LeaseState = { isHeld: false, why: "a dry run needs none" };

function hold(
  session: Session,
  { lease, leaseDatabase }: Means,
  { probe, pollSeconds, deadline }: Omit<Asking, "nowSeconds">,
): Promise<LeaseState> {
  const { version, pooled } = probe;
  return lease.hold(session, { leaseDatabase, version, pooled, pollSeconds, deadline });
}
