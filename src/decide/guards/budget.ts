import { formatAge } from "../../readable-time.ts";
import { actsWithin } from "../acts-within.ts";
import type { Guard } from "../guard.ts";
import { MOST_ENTRIES } from "../ledger.ts";
import { modeOf, sessionsIn } from "../situation.ts";
import { mayBeSameHolder } from "../target.ts";
import { breakerOpen } from "./breaker-open.ts";

const MINUTE = 60;
const HOUR = 3600;

const coolDown: Guard = {
  reason: "cool_down",
  why(one) {
    const { coolDownSeconds } = one.policy.limits;
    const isCooling = actsWithin(coolDownSeconds, one).some(({ holder }) =>
      mayBeSameHolder(holder, one.target),
    );
    const ended = modeOf(one.situation) === "enforce" ? "was ended" : "would have been ended";
    return isCooling
      ? `a session of the same role, application and client ${ended} less than ${formatAge(coolDownSeconds)} ago`
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
      : `${done} acts within ${formatAge(limits.shareWindowSeconds)} are the share of the sessions that is allowed`;
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
  why(one) {
    const { perHour } = one.policy.limits;
    if (actsWithin(HOUR, one).length >= perHour) return `one hour allows ${perHour}`;
    return one.leash.ledger.entries.length < MOST_ENTRIES
      ? null
      : `${MOST_ENTRIES} acts are remembered, and no more can be`;
  },
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
