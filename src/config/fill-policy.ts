import type { Limits } from "../decide/policy.ts";
import type { ConfiguredPolicy, ConfiguredProtection, ConfiguredRule } from "./config.ts";
import { matchAll, mayMatchAll } from "./matcher.ts";
import { shippedProtections } from "./protections.ts";
import type { FileConfig } from "./schema.ts";

type FilePolicy = FileConfig["policy"];

/** The policy of all servers, with everything filled in. */
export function fillPolicy(file: FilePolicy): ConfiguredPolicy {
  const { mode, audit_file, pause_file, lease_database: leaseDatabase, breaker } = file;
  const limits: Limits = {
    perLook: file.limits.per_look,
    perMinute: file.limits.per_minute,
    perHour: file.limits.per_hour,
    share: file.limits.share,
    shareWindowSeconds: file.limits.share_window,
    coolDownSeconds: file.limits.cool_down,
  };
  return {
    mode,
    auditFile: audit_file ?? null,
    pauseFile: pause_file ?? null,
    leaseDatabase,
    limits,
    breaker: {
      futileActs: breaker.futile_acts,
      unconfirmedActs: breaker.unconfirmed_acts,
      windowSeconds: breaker.window,
      coolDownSeconds: breaker.cool_down,
    },
    unprotected: file.unprotect,
    protections: fillProtections(file),
    rules: file.rules.map(fillRule),
  };
}

/** One that is written as it is shipped is the shipped one, so that what is shown can be loaded. */
function fillProtections({ unprotect, protect }: FilePolicy): readonly ConfiguredProtection[] {
  const shipped = shippedProtections.filter(({ name }) => !unprotect.includes(name));
  const own = protect.filter(({ name }) => !shipped.some((one) => one.name === name));
  return [
    ...shipped,
    ...own.map(({ name, match }) => {
      return { name, match: match.map(({ text }) => text), mayMatch: mayMatchAll(match) };
    }),
  ];
}

/** What a rule does not limit, the policy does: one without limits of its own uses up none. */
function fillRule(rule: FilePolicy["rules"][number]): ConfiguredRule {
  const { name, match, action, during = null, except = null, limits } = rule;
  return {
    name,
    match: match.map(({ text }) => text),
    matches: matchAll(match),
    matchers: match.map(({ text, matches }) => ({ text, matches })),
    action,
    minAgeSeconds: rule.min_age,
    minSightings: rule.sightings,
    minFollowedSeconds: rule.followed_for,
    minHarm: rule.min_harm,
    minPressure: rule.min_pressure,
    maxWorkAtRiskSeconds: rule.max_work_at_risk,
    serverRole: rule.server_role,
    during,
    except,
    isOpenAt: (epochSeconds) =>
      (during === null || during.isOpenAt(epochSeconds)) &&
      (except === null || !except.isOpenAt(epochSeconds)),
    warnForSeconds: rule.warn_for,
    rate: {
      perLook: limits.per_look ?? Infinity,
      perMinute: limits.per_minute ?? Infinity,
      perHour: limits.per_hour ?? Infinity,
    },
    share: rule.share ?? null,
  };
}
