import { formatAge } from "../../readable-time.ts";
import type { Guard } from "../guard.ts";
import { mayHold } from "../holder-set.ts";
import { MOST_ENTRIES } from "../ledger.ts";
import { modeOf, sessionsIn } from "../situation.ts";
import { actsOfRule } from "../spent.ts";
import { actsText, usedUpText } from "./used-up.ts";

const MINUTE = 60;
const HOUR = 3600;

function perLookText(allows: string, allowed: number): string {
  return `${allows} ${actsText(allowed)} in one look; the next is possible at the next look`;
}

const coolDown: Guard = {
  reason: "cool_down",
  why(one) {
    const { coolDownSeconds } = one.policy.limits;
    if (!mayHold(one.spent.cooling, one.target)) return null;
    const ended = modeOf(one.situation) === "enforce" ? "was ended" : "would have been ended";
    const ago = formatAge(coolDownSeconds);
    return `limits.cool_down: a session of the same role, application and client ${ended} less than ${ago} ago; the next is possible in ${ago} at most`;
  },
};

const share: Guard = {
  reason: "share",
  why(one) {
    const { rule, policy, spent, situation } = one;
    const part = rule.share ?? policy.limits.share;
    const sessions = sessionsIn(situation.groups);
    const allowed = Math.max(1, Math.floor(part * sessions));
    const done = spent.shareActs;
    if (done < allowed) return null;
    const key = rule.share === null ? "limits.share" : `share of the rule ${rule.name}`;
    const of = `${Math.round(part * 10_000) / 100}% of ${sessions} ${sessions === 1 ? "session" : "sessions"}`;
    const allows =
      part * sessions < 1 ? `${key}: ${of} is less than one, which allows` : `${key}: ${of} allows`;
    return usedUpText(one, { allows, allowed, done, seconds: policy.limits.shareWindowSeconds, rule: null });
  },
};

const rateRule: Guard = {
  reason: "rate_rule",
  why(one) {
    const { name, rate } = one.rule;
    const { minute, hour } = one.spent;
    const key = (limit: string): string => `limits.${limit} of the rule ${name} allows`;
    if (one.planned.filter((rule) => rule === name).length >= rate.perLook)
      return perLookText(key("per_look"), rate.perLook);
    const ofHour = { allowed: rate.perHour, done: actsOfRule(hour, name), seconds: HOUR, rule: name };
    if (ofHour.done >= ofHour.allowed) return usedUpText(one, { ...ofHour, allows: key("per_hour") });
    const ofMinute = { allowed: rate.perMinute, done: actsOfRule(minute, name), seconds: MINUTE, rule: name };
    if (ofMinute.done < ofMinute.allowed) return null;
    return usedUpText(one, { ...ofMinute, allows: key("per_minute") });
  },
};

const rateLook: Guard = {
  reason: "rate_look",
  why({ planned, policy: { limits } }) {
    return planned.length < limits.perLook ? null : perLookText("limits.per_look allows", limits.perLook);
  },
};

const rateMinute: Guard = {
  reason: "rate_minute",
  why(one) {
    const [allowed, done] = [one.policy.limits.perMinute, one.spent.minute.acts];
    if (done < allowed) return null;
    return usedUpText(one, {
      allows: "limits.per_minute allows",
      allowed,
      done,
      seconds: MINUTE,
      rule: null,
    });
  },
};

const rateHour: Guard = {
  reason: "rate_hour",
  why(one) {
    const [allowed, done] = [one.policy.limits.perHour, one.spent.hour.acts];
    if (done >= allowed)
      return usedUpText(one, { allows: "limits.per_hour allows", allowed, done, seconds: HOUR, rule: null });
    return one.leash.ledger.entries.length < MOST_ENTRIES
      ? null
      : `${MOST_ENTRIES} acts are remembered, and no more can be`;
  },
};

/** The budget: all that the ledger allows, but for the breaker, which asks earlier. In the order of the reasons. */
export const budget: readonly Guard[] = [coolDown, share, rateRule, rateLook, rateMinute, rateHour];
