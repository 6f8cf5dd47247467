import type { SpareReason } from "./reason.ts";
import type { Permits } from "./situation.ts";

/** What refuses a signal, and why in words that say what would have to change. */
export type Refusal = { readonly reason: SpareReason; readonly why: string };

type PermitReason = Extract<SpareReason, "pooled" | "no_privilege" | "audit_failing" | "no_lease">;

/** Why a signal would be refused, in words; `null` where it would not be. In the order in which the guards ask. */
export const permitRefusals: Readonly<Record<PermitReason, (permits: Permits) => string | null>> = {
  pooled: ({ isPooled }) =>
    isPooled ? "a pooler sits in between: connect pgleash to the server itself" : null,
  no_privilege: ({ canSignal }) =>
    canSignal ? null : "our role is no member of pg_signal_backend: it needs the grant",
  audit_failing({ isAuditWorking, auditProblem }) {
    if (isAuditWorking) return null;
    return auditProblem === null
      ? "the policy names no audit_file"
      : `the audit does not work: ${auditProblem}`;
  },
  no_lease: ({ hasLease, leaseRefusal }) =>
    hasLease ? null : `pgleash has no lease on this server: ${leaseRefusal ?? "nobody knows why"}`,
};

const permitReasons: readonly PermitReason[] = ["pooled", "no_privilege", "audit_failing", "no_lease"];

/** What refuses a signal of a process that enforces. Pure. */
export function refusedNow(permits: Permits): readonly Refusal[] {
  return refusals(permitReasons, permits);
}

/** Only the lease must be taken to be known. A dry run takes none, nor does whoever could not use it: another process may. */
const knownWithoutLease: readonly PermitReason[] = ["pooled", "no_privilege", "audit_failing"];

/** What would refuse the signal if this process enforced now, as far as that is known without the lease. Pure. */
export function refusedIfEnforcing(permits: Permits): readonly Refusal[] {
  return refusals(knownWithoutLease, permits);
}

function refusals(reasons: readonly PermitReason[], permits: Permits): readonly Refusal[] {
  return reasons.flatMap((reason) => {
    const why = permitRefusals[reason](permits);
    return why === null ? [] : [{ reason, why }];
  });
}
