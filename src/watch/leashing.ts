import type { Audit } from "../act/audit.ts";
import type { Lease } from "../act/lease.ts";
import type { PauseWatch } from "../act/pause-file.ts";
import { permitted, whyStop } from "../act/permit.ts";
import type { ConfiguredPolicy } from "../config/config.ts";
import type { Leashing } from "../cycle.ts";
import type { Leash } from "../decide/leash.ts";
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
  /** Aborted once nothing more is to be sent. */
  readonly stopping: AbortSignal;
  /** Whether somebody is announced who must be told that the rules are gone. */
  readonly isAnnounced: boolean;
  /** Takes over the leash at each step of the acts. */
  readonly remember: (leash: Leash) => void;
};

/**
 * What one look at a server needs to decide and to act. `null` without rules, once what they announced is withdrawn: it would
 * else be notice enough for rules of the same names that come back.
 */
export function leashingOf(
  server: string,
  { policy, floors, isEnforcing, audit, auditProblem, pause }: LeashSettings,
  { lease, stopping, isAnnounced, remember, ...asking }: Around,
): Leashing | null {
  if (policy.rules.length === 0 && !isAnnounced) return null;
  const means = { isEnforcing, lease, leaseDatabase: policy.leaseDatabase, pause, audit, auditProblem };
  return {
    server,
    policy,
    floors,
    audit,
    pollSeconds: asking.pollSeconds,
    permit: (session, { canSignal }) =>
      permitted(session, means, { ...asking, canSignal, nowSeconds: Date.now() / 1000 }),
    whyStop: (session) => whyStop(session, { pause, stopping, nowSeconds: Date.now() / 1000 }),
    remember,
  };
}
