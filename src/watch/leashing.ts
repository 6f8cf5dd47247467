import type { Audit } from "../act/audit.ts";
import type { Lease } from "../act/lease.ts";
import type { PauseWatch } from "../act/pause-file.ts";
import { permitted, whyStop } from "../act/permit.ts";
import type { ConfiguredPolicy } from "../config/config.ts";
import type { Leashing } from "../cycle.ts";
import type { Floors } from "../decide/policy.ts";
import type { Deadline } from "../postgres/deadline.ts";
import type { Probe } from "../postgres/probe.ts";

/** What is the same for all servers of this process. */
export type LeashSettings = {
  readonly policy: ConfiguredPolicy;
  readonly floors: Floors;
  /** Both switches are on, and the configuration was read as it stands. */
  readonly isEnforcing: boolean;
  readonly audit: Audit | null;
  /** Why the configured audit could not be read, in words; `null` where it was, and where none is configured. */
  readonly auditProblem: string | null;
  readonly pause: PauseWatch | null;
};

/** What is so at one look. */
type Around = {
  readonly lease: Lease;
  readonly probe: Probe;
  readonly pollSeconds: number;
  readonly deadline: Deadline;
  /** Aborted once no further act is to be begun. */
  readonly stopping: AbortSignal;
};

/** What one look at a server needs to decide and to act; `null` without rules. */
export function leashingOf(
  server: string,
  { policy, floors, isEnforcing, audit, auditProblem, pause }: LeashSettings,
  { lease, stopping, ...asking }: Around,
): Leashing | null {
  if (policy.rules.length === 0) return null;
  const means = { isEnforcing, lease, leaseDatabase: policy.leaseDatabase, pause, audit, auditProblem };
  return {
    server,
    policy,
    floors,
    audit,
    permit: (session) => permitted(session, means, { ...asking, nowSeconds: Date.now() / 1000 }),
    whyStop: () => whyStop(pause, stopping, Date.now() / 1000),
  };
}
