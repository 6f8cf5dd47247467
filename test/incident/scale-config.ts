import { backendKinds, leakKinds, type BackendKind, type LeakKind } from "../../src/classify/kind.ts";
import type { Threshold, Thresholds } from "../../src/classify/thresholds.ts";
import type { Config, ConfiguredPolicy, ServerConfig } from "../../src/config/config.ts";
import { builtInFloors, type Floors, type Rate } from "../../src/decide/policy.ts";

/**
 * A configuration on a time that runs `factor` times as fast. What is allowed in a minute and in an hour is more, as these
 * two stay what they are. The deadline of a look stays, even where it is longer than the time between two looks now, as
 * networks and machines are no faster; a look that is due meanwhile is left out. So do windows, which are times of day.
 * Throws where the looks would not be whole seconds apart.
 */
export function scaleConfig(config: Config, factor: number): Config {
  return {
    ...config,
    policy: scaledPolicy(config.policy, factor),
    servers: config.servers.map((server) => scaledServer(server, factor)),
  };
}

/** The floors to match. */
export function scaleFloors(factor: number): Floors {
  const floors: Record<BackendKind, number> = { ...builtInFloors };
  for (const kind of backendKinds) floors[kind] /= factor;
  return floors;
}

function scaledServer(server: ServerConfig, factor: number): ServerConfig {
  const { schedule, thresholds } = server;
  if ("cron" in schedule) throw new Error(`looks at times of day cannot be scaled: ${schedule.cron}`);
  const everySeconds = schedule.everySeconds / factor;
  if (!Number.isInteger(everySeconds)) throw new Error(`no whole seconds between two looks: ${everySeconds}`);
  return {
    ...server,
    schedule: { everySeconds },
    thresholds: {
      defaults: { ...thresholds.defaults, ...scaledThresholds(thresholds.defaults, factor) },
      overrides: thresholds.overrides.map((one) => ({
        ...one,
        thresholds: scaledThresholds(one.thresholds, factor),
      })),
      expected: thresholds.expected.map((work) => ({ ...work, forSeconds: work.forSeconds / factor })),
      markers: thresholds.markers.map((allowance) => ({
        ...allowance,
        atMostSeconds: allowance.atMostSeconds / factor,
        inAllSeconds: allowance.inAllSeconds / factor,
      })),
    },
  };
}

function scaledThresholds(thresholds: Partial<Thresholds>, factor: number): Partial<Thresholds> {
  const scaled: Partial<Record<LeakKind, Threshold>> = {};
  for (const kind of leakKinds) {
    const threshold = thresholds[kind];
    if (threshold === undefined) continue;
    const { enabled, suspectAfterSeconds, leakedAfterSeconds } = threshold;
    scaled[kind] = {
      enabled,
      suspectAfterSeconds: suspectAfterSeconds / factor,
      leakedAfterSeconds: leakedAfterSeconds / factor,
    };
  }
  return scaled;
}

function scaledPolicy(policy: ConfiguredPolicy, factor: number): ConfiguredPolicy {
  const { limits, breaker } = policy;
  return {
    ...policy,
    limits: {
      ...scaledRate(limits, factor),
      share: limits.share,
      shareWindowSeconds: limits.shareWindowSeconds / factor,
      coolDownSeconds: limits.coolDownSeconds / factor,
    },
    breaker: {
      ...breaker,
      windowSeconds: breaker.windowSeconds / factor,
      coolDownSeconds: breaker.coolDownSeconds / factor,
    },
    rules: policy.rules.map((rule) => ({
      ...rule,
      minAgeSeconds: rule.minAgeSeconds / factor,
      minFollowedSeconds: rule.minFollowedSeconds / factor,
      maxWorkAtRiskSeconds: rule.maxWorkAtRiskSeconds / factor,
      warnForSeconds: rule.warnForSeconds / factor,
      rate: scaledRate(rule.rate, factor),
    })),
  };
}

function scaledRate({ perLook, perMinute, perHour }: Rate, factor: number): Rate {
  return { perLook, perMinute: perMinute * factor, perHour: perHour * factor };
}
