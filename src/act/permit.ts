import { refusedIfEnforcing, type Refusal } from "../decide/permit-refusals.ts";
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
  /** Whether our role may signal sessions now: the grant may have come or gone since the probe. */
  readonly canSignal: boolean;
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

/**
 * Asks for everything that must be so before anybody is signalled. The lease comes last: whoever could not use it must not
 * keep it from a process that can. So a failing audit is tried anew first, and a dry run takes no lease.
 */
export async function permitted(session: Session, means: Means, asking: Asking): Promise<Permitted> {
  const { probe, canSignal, pollSeconds, deadline, nowSeconds } = asking;
  const { isEnforcing, audit } = means;
  const pause = (await means.pause?.read(nowSeconds)) ?? null;
  const isAuditWorking = audit !== null && (await audit.recover());
  const auditProblem = audit === null ? means.auditProblem : audit.failure();
  const asked = { isEnforcing, pause, isPooled: probe.pooled, canSignal, isAuditWorking, auditProblem };
  const [inTheWay] = refusedIfEnforcing({ ...asked, hasLease: false, leaseRefusal: null });
  const lease =
    isEnforcing && inTheWay === undefined
      ? await hold(session, means, { probe, pollSeconds, deadline })
      : await leave(session, means, { probe, deadline, inTheWay });
  const leaseRefusal = lease.isHeld || !isEnforcing ? null : lease.why;
  return {
    permits: { ...asked, hasLease: lease.isHeld, leaseRefusal },
    leaseRefusal,
    auditFailure: auditProblem ?? (audit === null && isEnforcing ? "there is none" : null),
  };
}

/** What may stop acts that a look permitted. */
type Stopping = {
  readonly pause: PauseWatch | null;
  /** Aborted once the watch gets new settings or ends. */
  readonly stopping: AbortSignal;
  /** The epoch by our own clock. */
  readonly nowSeconds: number;
};

/**
 * Why nothing more is sent, though the look permitted it: acts take seconds each, and whoever says stop meanwhile means now.
 * The lease ends with its session, and with nothing else. Never throws.
 */
export async function whyStop(
  session: Session,
  { pause: pauseWatch, stopping, nowSeconds }: Stopping,
): Promise<Refusal | null> {
  const pause = (await pauseWatch?.read(nowSeconds)) ?? null;
  if (stopping.aborted)
    return { reason: "stopping", why: "stopped: new settings came during the look, or the watch ends" };
  if (pause !== null) return { reason: "paused", why: `paused: ${pause.reason}` };
  if (session.isOpen()) return null;
  return { reason: "no_lease", why: "the lease was lost during the look, with the connection that held it" };
}

function hold(
  session: Session,
  { lease, leaseDatabase }: Means,
  { probe, pollSeconds, deadline }: Omit<Asking, "nowSeconds" | "canSignal">,
): Promise<LeaseState> {
  const { version, pooled } = probe;
  return lease.hold(session, { leaseDatabase, version, pooled, pollSeconds, deadline });
}

/** Gives the lease back where it is held: whoever could not use it, or needs none, leaves it to others. */
async function leave(
  session: Session,
  { lease }: Means,
  {
    probe,
    deadline,
    inTheWay,
  }: Pick<Asking, "probe" | "deadline"> & { readonly inTheWay: Refusal | undefined },
): Promise<LeaseState> {
  await lease.release(session, { version: probe.version, deadline });
  return {
    isHeld: false,
    why: inTheWay === undefined ? "a dry run needs none" : `it is not asked for: ${inTheWay.why}`,
  };
}
