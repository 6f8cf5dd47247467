/**
 * Why a suspect is spared, in the order in which the guards ask. A closed set: it is a label value. The first reason that
 * holds is the one that counts; `explain` shows all of them.
 */
export const spareReasons = [
  "not_a_session",
  "no_rule",
  "not_leaked",
  "too_young",
  "too_few_sightings",
  "followed_too_briefly",
  "unknown_session",
  "superuser",
  "replication",
  "own_session",
  "waits_for_standby",
  "waits_for_lock",
  "in_progress",
  "protected",
  "too_little_harm",
  "too_little_pressure",
  "too_much_work_at_risk",
  "wrong_server_role",
  "outside_window",
  "untrusted_look",
  "paused",
  "stopping",
  "acted_before",
  "breaker_open",
  "pooled",
  "no_privilege",
  "audit_failing",
  "announced",
  "cool_down",
  "share",
  "rate_rule",
  "rate_look",
  "rate_minute",
  "rate_hour",
  "no_lease",
  "dry_run",
] as const;

export type SpareReason = (typeof spareReasons)[number];
