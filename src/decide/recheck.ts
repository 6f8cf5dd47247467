import { formatAge } from "../readable-time.ts";
import type { Ledger } from "./ledger.ts";
import { isUnconfirmed } from "./breaker.ts";
import type { Refusal } from "./permit-refusals.ts";
import type { Act } from "./plan.ts";
import type { BreakerSettings } from "./policy.ts";
import { fromAnyClient, holderKeyOf, type Holder } from "./target.ts";

/** What is known right before an act, beside what was known when it was decided on. */
export type Meanwhile = {
  /** With what came of the acts of this look; those that were not begun have no outcome. */
  readonly ledger: Ledger;
  readonly breaker: BreakerSettings;
  /** When the look was taken, in epoch seconds by the server's clock. */
  readonly lookSeconds: number;
  /** How long ago it was begun, by a clock that never jumps. */
  readonly lookAgeSeconds: number;
  /** The longest time between two looks. */
  readonly pollSeconds: number;
};

/** As many looks could have judged anew what this one decided. */
const OLDEST_POLLS = 2;

/**
 * Why an act that was decided on is not done at this look after all; `null` to go on. Acts take seconds each, and what one
 * look allows may be many: what the next look would judge must hold until then. Pure.
 */
export function recheck(act: Act, meanwhile: Meanwhile): Refusal | null {
  const { lookSeconds, lookAgeSeconds, pollSeconds } = meanwhile;
  if (!act.rule.isOpenAt(lookSeconds + lookAgeSeconds))
    return {
      reason: "outside_window",
      why: "during the look the server's time left the windows of the rule",
    };
  if (lookAgeSeconds > OLDEST_POLLS * pollSeconds)
    return {
      reason: "untrusted_look",
      why: `it was decided on ${formatAge(lookAgeSeconds)} ago, and looks are ${formatAge(pollSeconds)} apart: it must be seen anew`,
    };
  const why = whyJudgeFirst(act, meanwhile);
  return why === null ? null : { reason: "breaker_open", why };
}

/**
 * Whether acts helped only a later look shows. Until then no more is done than the breaker takes to judge. One that is
 * open allows a single act, on trial, which was decided on.
 */
function whyJudgeFirst(
  { holder }: Act,
  { ledger, breaker, lookSeconds }: Pick<Meanwhile, "ledger" | "breaker" | "lookSeconds">,
): string | null {
  if (ledger.breaker.state === "open") return null;
  const enforced = ledger.entries.filter(({ mode }) => mode === "enforce");
  const from = Math.max(ledger.breaker.sinceSeconds, lookSeconds - breaker.windowSeconds);
  // One of this look without an outcome was not begun yet.
  const begun = enforced.filter(({ outcome, atSeconds }) => outcome !== null || atSeconds < lookSeconds);
  const unconfirmed = begun.filter((entry) => entry.atSeconds >= from && isUnconfirmed(entry));
  if (unconfirmed.length >= breaker.unconfirmedActs)
    return `nobody could see that ${unconfirmed.length} of the last acts worked: the next look judges them first`;
  const ended = enforced.filter(
    ({ outcome, ...entry }) =>
      outcome === "terminated" && entry.atSeconds >= lookSeconds && isSameApplication(entry.holder, holder),
  );
  return ended.length < breaker.futileActs
    ? null
    : `sessions ended at this look, of its role and application: ${ended.length}; the next look shows first whether that helped`;
}

function isSameApplication(a: Holder, b: Holder): boolean {
  return holderKeyOf(fromAnyClient(a)) === holderKeyOf(fromAnyClient(b));
}
