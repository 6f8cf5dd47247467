import { quickAges } from "./classify/candidate-ages.ts";
import { lookDue, type LookDue } from "./classify/look-due.ts";
import type { ThresholdRules } from "./classify/thresholds.ts";
import { quickObserve } from "./observe/quick-observe.ts";
import type { Deadline } from "./postgres/deadline.ts";
import type { Session } from "./postgres/session.ts";

/** What a quick look goes by. */
export type QuickLookOptions = {
  readonly thresholds: ThresholdRules;
  /** When the last look was taken: epoch seconds, by the server's clock. */
  readonly lastLookSeconds: number;
  readonly deadline: Deadline;
};

/**
 * One quick look at one server, between two looks. It judges nobody and nothing remembers it: it only says whether a look
 * is due now. Throws a `PostgresFailure`.
 */
export async function quickLook(session: Session, options: QuickLookOptions): Promise<LookDue> {
  const { lastLookSeconds, deadline } = options;
  const ages = quickAges(options.thresholds);
  const snapshot = await quickObserve(session, { ages, lastLookSeconds, deadline });
  return lookDue(snapshot, { ages, lastLookSeconds });
}
