import type { LookDue } from "../classify/look-due.ts";
import type { Log } from "../log.ts";
import type { FailureReason, PostgresFailure } from "../postgres/failure.ts";

/** What the log has said of quick looks at a server, and still holds; `null`: nothing is wrong with them. */
export type QuickTold = FailureReason | "pooled" | null;

/** Tells what a quick look said, and returns what is told by then. */
export function narrateQuickLook(log: Log, server: string, told: QuickTold, due: LookDue): QuickTold {
  if (told !== null) log.info({ server }, "quick looks succeed again");
  if (due.type === "due")
    log.debug({ server, kind: due.kind, pid: due.pid }, "a quick look calls for a look");
  return null;
}

/** The same of one that failed. What stays as it was is not repeated. */
export function narrateQuickFailure(
  log: Log,
  server: string,
  told: QuickTold,
  { reason, message: error }: PostgresFailure,
): QuickTold {
  if (told === reason) log.debug({ server, reason, error }, "quick look failed again");
  else log.warn({ server, reason, error }, "quick look failed: no other before a look succeeds");
  return reason;
}

/** The same of a look that found out whether a pooler sits in between, where quick looks are wanted. */
export function narratePooler(log: Log, server: string, told: QuickTold, isPooled: boolean): QuickTold {
  if (!isPooled) return told === "pooled" ? null : told;
  if (told !== "pooled") log.warn({ server }, "no quick looks: a pooler sits in between");
  return "pooled";
}
