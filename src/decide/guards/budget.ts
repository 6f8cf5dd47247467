import { actsWithin } from "../acts-within.ts";
import { isHalfOpen } from "../breaker.ts";
import type { Guard } from "../guard.ts";
import { sessionsIn } from "../situation.ts";
import { mayBeSameHolder } from "../target.ts";

const MINUTE = 60;
const HOUR = 3600;

const breakerOpen: Guard = {
  reason: "breaker_open",
  why({ leash: { ledger }, situation, policy, planned }) {
    const { breaker } = ledger;
    if (breaker.state === "closed") return null;
    if (isHalfOpen(ledger, situation.nowSeconds, policy.breaker) && planned.length === 0) return null;
    return breaker.why === "futile"
      ? "the breaker is open: acts did not make the sessions of their holders fewer"
      : "the breaker is open: nobody could see that acts worked";
  },
};

const coolDown: Guard = {
  reason: "cool_down",
  why(one) {
    const { coolDownSeconds } = one.policy.limits;
    const isCooling = actsWithin(coolDownSeconds, one).some(({ holder }) =>
      mayBeSameHolder(holder, one.target),
    );
    return isCooling
      ? `a session of the same role, application and client was ended less than ${coolDownSeconds} s ago`
      : null;
  },
};

const share: Guard = {
  reason: "share",
  why(one) {
    const { limits } = one.policy;
    const allowed = Math.floor((one.rule.share ?? limits.share) * sessionsIn(one.situation.groups));
    const done = actsWithin(limits.shareWindowSeconds, one).length;
    return done < Math.max(1, allowed)
      ? null
      : `${done} acts within ${limits.shareWindowSeconds} s are the share of the sessions that is allowed`;
  },
};

const rateRule: Guard = {
  reason: "rate_rule",
  why(one) {
    const { name, rate } = one.rule;
    const ofRule = (seconds: number): number =>
      actsWithin(seconds, one).filter(({ rule }) => rule === name).length;
    const isUsedUp =
      one.planned.filter((rule) => rule === name).length >= rate.perLook ||
      ofRule(MINUTE) >= rate.perMinute ||
      ofRule(HOUR) >= rate.perHour;
    return isUsedUp ? `the rule ${name} has used up its limits` : null;
  },
};

const rateLook: Guard = {
  reason: "rate_look",
  why: ({ planned, policy: { limits } }) =>
    planned.length < limits.perLook ? null : `one look allows ${limits.perLook}`,
};

const rateMinute: Guard = {
  reason: "rate_minute",
  why: (one) =>
    actsWithin(MINUTE, one).length < one.policy.limits.perMinute
      ? null
      : `one minute allows ${one.policy.limits.perMinute}`,
};

const rateHour: Guard = {
  reason: "rate_hour",
  why: (one) =>
    actsWithin(HOUR, one).length < one.policy.limits.perHour
      ? null
      : `one hour allows ${one.policy.limits.perHour}`,
};

/** The budget: all that the ledger allows. In the order of the reasons. */
export const budget: readonly Guard[] = [
  breakerOpen,
  coolDown,
  share,
  rateRule,
  rateLook,
  rateMinute,
  rateHour,
];
