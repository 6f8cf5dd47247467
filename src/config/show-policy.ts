import type { BreakerSettings, Limits, Rate } from "../decide/policy.ts";
import type { ConfiguredPolicy, ConfiguredRule } from "./config.ts";
import { formatDuration } from "./duration.ts";
import { formatPercentage } from "./percentage.ts";
import type { Window } from "./window.ts";

/** The policy as it may stand in a file, every default filled in. A key that is `undefined` is left out. */
export function describePolicy(policy: ConfiguredPolicy): object {
  return {
    mode: policy.mode,
    audit_file: policy.auditFile ?? undefined,
    pause_file: policy.pauseFile ?? undefined,
    lease_database: policy.leaseDatabase,
    limits: describeLimits(policy.limits),
    breaker: describeBreaker(policy.breaker),
    rules: policy.rules.map(describeRule),
    unprotect: policy.unprotected,
    protect: policy.protections.map(({ name, match }) => ({ name, match })),
  };
}

function describeLimits(limits: Limits): object {
  return {
    ...describeRate(limits),
    share: formatPercentage(limits.share),
    share_window: formatDuration(limits.shareWindowSeconds),
    cool_down: formatDuration(limits.coolDownSeconds),
  };
}

function describeRate({ perLook: per_look, perMinute: per_minute, perHour: per_hour }: Rate): object {
  return { per_look, per_minute, per_hour };
}

/** Of its own: without any it has none to be shown. */
function describeRuleRate({ perLook, perMinute, perHour }: Rate): object | undefined {
  const own = [perLook, perMinute, perHour].map((acts) => (acts === Infinity ? undefined : acts));
  const [per_look, per_minute, per_hour] = own;
  return own.every((acts) => acts === undefined) ? undefined : { per_look, per_minute, per_hour };
}

function describeBreaker(breaker: BreakerSettings): object {
  return {
    futile_acts: breaker.futileActs,
    unconfirmed_acts: breaker.unconfirmedActs,
    window: formatDuration(breaker.windowSeconds),
    cool_down: formatDuration(breaker.coolDownSeconds),
  };
}

function describeRule(rule: ConfiguredRule): object {
  const { name, match, action, maxWorkAtRiskSeconds, during, except } = rule;
  return {
    name,
    match,
    action,
    min_age: formatDuration(rule.minAgeSeconds),
    sightings: rule.minSightings,
    followed_for: formatDuration(rule.minFollowedSeconds),
    min_harm: rule.minHarm,
    min_pressure: formatPercentage(rule.minPressure),
    max_work_at_risk: maxWorkAtRiskSeconds === Infinity ? "any" : formatDuration(maxWorkAtRiskSeconds),
    server_role: rule.serverRole,
    during: during === null ? undefined : describeWindow(during),
    except: except === null ? undefined : describeWindow(except),
    warn_for: formatDuration(rule.warnForSeconds),
    limits: describeRuleRate(rule.rate),
    share: rule.share === null ? undefined : formatPercentage(rule.share),
  };
}

function describeWindow({ cron, timeZone: time_zone }: Window): object {
  return { cron, time_zone };
}
