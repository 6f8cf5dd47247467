import type { Notice } from "../decide/plan.ts";
import { leashJson, type LeashJson } from "../expose/leash-json.ts";
import type { LeashReport } from "../expose/report.ts";
import { suspectJson } from "../expose/suspect-json.ts";
import type { Log } from "../log.ts";

/** The state of a leash that the log has told; `null` where there were no rules. */
export type LeashTold = LeashJson | null;

/**
 * Writes into the log what one look did to the leash of a server, and returns what is told by then. Who is announced and
 * who is ended is told at the look at which it happens; the state of the leash only when it changes.
 */
export function narrateLeash(
  log: Log,
  server: string,
  told: LeashTold,
  leash: LeashReport | null,
): LeashTold {
  if (leash === null) {
    if (told !== null) log.info({ server }, "there are no rules any more: nobody is ended");
    return null;
  }
  const state = leashJson(leash);
  narrateSwitch(log, server, told, state);
  narrateObstacles(log, server, told, state);
  for (const notice of leash.plan.notices) narrateNotice(log, server, notice, state);
  narrateRecorded(log, server, leash);
  for (const result of leash.results) narrateResult(log, server, result);
  return state;
}

function narrateSwitch(log: Log, server: string, told: LeashTold, { mode, enforcing }: LeashJson): void {
  if (told?.enforcing === enforcing) return;
  if (enforcing) log.warn({ server, mode }, "sessions are ended where the rules allow it");
  else log.info({ server, mode }, "dry run: nobody is ended");
}

/** What stops everything, and no longer does. */
function narrateObstacles(log: Log, server: string, told: LeashTold, state: LeashJson): void {
  const { paused, breaker, lease_refusal: refusal, audit_failure: failure } = state;
  if (paused !== null && JSON.stringify(paused) !== JSON.stringify(told?.paused))
    log.warn({ server, ...paused }, "paused: nobody is ended");
  if (paused === null && told?.paused) log.info({ server }, "the pause is over");

  if (breaker.state === "open" && told?.breaker.since !== breaker.since)
    log.error({ server, since: breaker.since, why: breaker.why }, "breaker opened: nobody is ended");
  if (breaker.state === "closed" && told?.breaker.state === "open")
    log.info({ server }, "breaker closed again");

  if (state.lease && told?.lease !== true) log.info({ server }, "lease gained: this process acts");
  if (refusal !== null && refusal !== told?.lease_refusal)
    log.warn({ server, reason: refusal }, told?.lease ? "lease lost" : "no lease: nobody is ended from here");

  if (failure !== null && (told?.audit_failure ?? null) === null)
    log.error({ server, error: failure }, "the audit cannot be written: nobody is ended");
  if (failure === null && told?.audit_failure) log.info({ server }, "the audit is written again");
}

function narrateNotice(
  log: Log,
  server: string,
  { type, episodeKey, announcement, episode }: Notice,
  { enforcing }: LeashJson,
): void {
  const { rule, plannedSeconds } = announcement;
  const planned = { rule, planned_at: new Date(plannedSeconds * 1000).toISOString() };
  const who = episode === null ? { server, episode: episodeKey } : suspectJson(server, episode);
  const willBe = enforcing ? "announced: it will be ended" : "announced: it would be ended";
  log.info({ ...who, ...planned }, type === "announced" ? willBe : "announcement withdrawn");
}

/** A dry run puts each leak on record once, and so it is told once. */
function narrateRecorded(log: Log, server: string, { plan }: LeashReport): void {
  for (const decision of plan.decisions) {
    if (decision.type !== "spare" || decision.reason !== "dry_run") continue;
    const { episode, rule } = decision;
    log.info(
      { ...suspectJson(server, episode), rule: rule?.name, action: rule?.action },
      "would be ended, but this is a dry run",
    );
  }
}

function narrateResult(
  log: Log,
  server: string,
  { act, action, outcome, detail }: LeashReport["results"][number],
): void {
  const fields = { ...suspectJson(server, act.episode), rule: act.rule.name, action, outcome, detail };
  switch (outcome) {
    case "terminated":
      log.warn(fields, "session ended");
      break;
    case "cancelled":
      log.warn(fields, "statement cancelled");
      break;
    case "moved_on":
      log.info(fields, "left alone: it had moved on");
      break;
    case "denied":
    case "not_confirmed":
    case "failed":
      log.error(fields, "not ended");
  }
}
