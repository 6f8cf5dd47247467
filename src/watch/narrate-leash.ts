import { breakerText } from "../decide/breaker-text.ts";
import type { AnnouncedNotice, Notice } from "../decide/plan.ts";
import { leashJson, type LeashJson } from "../expose/leash-json.ts";
import { leashStateOf } from "../expose/leash-state.ts";
import type { LeashReport } from "../expose/report.ts";
import { suspectJson } from "../expose/suspect-json.ts";
import type { Log } from "../log.ts";

/** The state of a leash that the log has told; `null` where there were no rules. */
export type LeashTold = LeashJson | null;

/** One look at a server, and what was told of its leash until then. */
export type LeashLook = {
  readonly server: string;
  readonly told: LeashTold;
  readonly leash: LeashReport | null;
  /** Whether the connection is another one than at the look before: a lease ends with its connection. */
  readonly isNewConnection: boolean;
};

/**
 * Writes into the log what one look did to the leash of a server, and returns what is told by then. Who is announced and
 * who is ended is told at the look at which it happens; the state of the leash only when it changes.
 */
export function narrateLeash(log: Log, { server, told, leash, isNewConnection }: LeashLook): LeashTold {
  if (leash === null) {
    if (told !== null) log.info({ server }, "there are no rules any more: nobody is ended");
    return null;
  }
  const state = leashJson(leash);
  narrateSwitch(log, server, told, state);
  narrateObstacles(log, server, told, state);
  narrateBreaker(log, server, told, leash);
  narrateLease(log, server, { told, state, isNewConnection });
  for (const notice of leash.plan.notices) narrateNotice(log, server, notice);
  narrateRecorded(log, server, leash);
  for (const result of leash.results) narrateResult(log, server, result);
  return state;
}

function narrateSwitch(log: Log, server: string, told: LeashTold, { mode, enforcing }: LeashJson): void {
  if (told?.enforcing === enforcing) return;
  if (enforcing) log.warn({ server, mode }, "sessions are ended where the rules allow it");
  else if (told !== null && mode === "enforce")
    log.warn({ server, mode }, "held back: nobody is ended from here; another pgleash may take the lease");
  else log.info({ server, mode }, "dry run: nobody is ended");
}

/** What stops everything, and no longer does. */
function narrateObstacles(log: Log, server: string, told: LeashTold, state: LeashJson): void {
  const { enforcing, paused, audit_failure: failure } = state;
  if (paused !== null && JSON.stringify(paused) !== JSON.stringify(told?.paused))
    log.warn({ server, ...paused }, "paused: nobody is ended");
  if (paused === null && told?.paused) log.info({ server }, "the pause is over");

  const lacksGrant = state.enforcing && !state.may_signal;
  const lackedGrant = told?.enforcing === true && !told.may_signal;
  if (lacksGrant && !lackedGrant)
    log.warn({ server }, "no grant of pg_signal_backend: nobody is ended until the role of pgleash has it");
  if (lackedGrant && state.may_signal) log.info({ server }, "pg_signal_backend is granted");

  const isAuditNews = (told?.audit_failure ?? null) === null || told?.enforcing !== enforcing;
  if (failure !== null && isAuditNews) narrateAuditFailure(log, server, failure, enforcing);
  if (failure === null && told?.audit_failure) log.info({ server }, "the audit works again");
}

/** A dry run signals nobody, with or without an audit: what it lacks is the record of what it would do. */
function narrateAuditFailure(log: Log, server: string, error: string, enforcing: boolean): void {
  if (enforcing) log.error({ server, error }, "the audit does not work: nobody is ended");
  else log.warn({ server, error }, "the audit does not work: what this dry run would do is not on record");
}

/** Whom it opened for, and when it tries next: it stops all acts but the one that it tries. */
function narrateBreaker(log: Log, server: string, told: LeashTold, leash: LeashReport): void {
  const { breakerPhase } = leashStateOf(leash);
  const opened = leashJson(leash).breaker;
  if (breakerPhase.type === "closed") {
    if (told?.breaker.state === "open") log.info({ server }, "breaker closed again");
  } else if (told?.breaker.since !== opened.since) {
    const fields = { server, ...opened, detail: breakerText(breakerPhase) };
    log.error(fields, "breaker opened: nobody is ended, but for one act that it tries");
  }
}

type LeaseLook = { readonly told: LeashTold; readonly state: LeashJson } & Pick<LeashLook, "isNewConnection">;

function narrateLease(log: Log, server: string, { told, state, isNewConnection }: LeaseLook): void {
  const { lease, lease_refusal: refusal } = state;
  if (lease && (told?.lease !== true || isNewConnection)) {
    log.info({ server }, "lease gained: this process acts");
    narrateLimits(log, server, told, state);
  }
  if (refusal !== null && refusal !== told?.lease_refusal)
    log.warn({ server, reason: refusal }, told?.lease ? "lease lost" : "no lease: nobody is ended from here");
}

/** What the limits start from: nobody knows what another process did while it held the lease, seen from here or not. */
function narrateLimits(log: Log, server: string, told: LeashTold, { budget, breaker }: LeashJson): void {
  const fields = {
    server,
    acts_last_minute: budget.minute.used,
    acts_last_hour: budget.hour.used,
    breaker: breaker.state,
  };
  const message =
    "limits start from the acts that are known here: those of another pgleash that held the lease do not count";
  if ((told?.lease_refusal ?? null) === null) log.info(fields, message);
  else log.warn(fields, message);
}

/** Whose session, by which rule, and why: `planned_at` is the time before which nothing is done, whatever comes after it. */
function narrateNotice(log: Log, server: string, notice: Notice): void {
  const { announcement, episode, episodeKey } = notice;
  const { rule, action, mode, plannedSeconds } = announcement;
  const who = episode === null ? { server, episode: episodeKey } : suspectJson(server, episode);
  const fields = { ...who, rule, action, mode, planned_at: new Date(plannedSeconds * 1000).toISOString() };
  if (notice.type === "withdrawn") {
    log.info({ ...fields, reason: notice.reason, why: notice.why }, "announcement withdrawn");
    return;
  }
  const refusedBy = notice.refusals.map(({ reason }) => reason);
  log.info({ ...fields, refused_by: refusedBy }, announcementText(notice));
}

function announcementText({ announcement, refusals }: AnnouncedNotice): string {
  if (announcement.mode === "dry_run") return "announced: it would be ended, not before planned_at";
  if (announcement.noticeSinceSeconds === null)
    return "announced: it would be ended, but this process may not act now: its notice begins once it may";
  return refusals.length === 0
    ? "announced: it will be ended, not before planned_at"
    : "announced: it is to be ended, not before planned_at, but this process may not act now";
}

/** A dry run puts each leak on record once, and so it is told once. */
function narrateRecorded(log: Log, server: string, { plan }: LeashReport): void {
  for (const decision of plan.decisions) {
    if (decision.type !== "spare" || decision.reason !== "dry_run") continue;
    const { episode, rule, why } = decision;
    log.info(
      { ...suspectJson(server, episode), rule: rule?.name, action: rule?.action, why },
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
