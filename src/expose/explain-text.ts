import type { SpareReason } from "../decide/reason.ts";
import { formatAge, formatTimeLeft } from "../readable-time.ts";
import type { ExplainedBackend, ExplainedKind, ExplainedRule, Explanation } from "./explain-json.ts";
import { actSentence, type ExplainedAct } from "./explained-act.ts";
import { expectedText, markerTexts, toldAllTheSame } from "./expectation-text.ts";
import type { DecisionJson } from "./leash-json.ts";

/** An explanation as lines for a person. The text is untrusted: names of users stand in it. */
export function explanationLines(explained: Explanation): readonly string[] {
  const { server, pid, looked_at: lookedAt, backend } = explained;
  const title = `pid ${pid} on ${server}`;
  if (backend === null) return [`${title}, at the look of ${lookedAt}`, ...unreadLines(explained)];
  return [
    `${title}, as the look of ${lookedAt} read it`,
    ...backendLines(backend).map(indented),
    ...neverEnded(explained, backend),
    ...ownActLines(explained),
    ...verdictLines(explained, backend),
    ...excuses(backend),
    ...(explained.marker === null ? [] : [markerTexts[explained.marker]]),
    "Detectors:",
    ...explained.kinds.map((kind) => indented(kindLine(kind, backend))),
    ...leashLines(explained),
  ];
}

/** A look returns only those rows that some detector might name. */
function unreadLines(explained: Explanation): readonly string[] {
  if (explained.own_session) return ["It is pgleash's own session: no look reads it, and it is never ended."];
  const own = ownActLines(explained);
  if (own.length > 0) {
    const hidden = explained.hidden_sessions > 0 ? " or hidden from this role," : "";
    return [...own, `The look did not read it any more: it is gone,${hidden} or no suspect now.`];
  }
  return [
    "It is no suspect: the look did not read it one by one, and pgleash has not acted on it lately. One of these holds:",
    ...[
      "there is no session with this pid, or there was none yet",
      "it is no client backend, or it is another pgleash",
      "it is too young for any detector",
      "it is idle: alone it is no suspect, but its pool may be",
      "pgleash may not see it, or the look was cut (pgleash_hidden_sessions, pgleash_candidates_cut)",
    ].map(indented),
  ];
}

/** What pgleash did to this very session, or to an earlier one of the same pid. */
function ownActLines({ pid, backend, acts }: Explanation): readonly string[] {
  const own = backend === null ? "A session with this pid" : "This session";
  return acts
    .filter((act) => act.pid === pid)
    .map((act) => `${act.this_session ? own : "An earlier session with this pid"}: ${actSentence(act)}.`);
}

function backendLines(backend: ExplainedBackend): readonly string[] {
  const { state, state_seconds: stateSeconds, xact_seconds: xactSeconds } = backend;
  const wait = [backend.wait_event_type, backend.wait_event].filter((part) => part !== null).join("/");
  const doing = [
    `${state}${stateSeconds === null ? "" : ` for ${formatAge(stateSeconds)}`}`,
    ...(xactSeconds === null ? [] : [`transaction open for ${formatAge(xactSeconds)}`]),
    ...(wait === "" ? [] : [`waits: ${wait}`]),
    ...(backend.progress === null ? [] : [`reports progress of ${backend.progress}`]),
  ];
  const who = [
    `role ${known(backend.usename)}`,
    `database ${known(backend.datname)}`,
    `application ${known(backend.application_name)}`,
    `client ${backend.client_addr ?? "local"}`,
    `since ${backend.backend_start}`,
  ];
  return [doing.join(", "), who.join(", ")];
}

function known(name: string | null): string {
  return name ?? "unknown";
}

/** What it is called, or what comes nearest to it. */
function verdictLines({ suspect, kinds }: Explanation, backend: ExplainedBackend): readonly string[] {
  if (suspect !== null) {
    const { severity, kind, age_seconds: age, sightings, first_seen: since, harm } = suspect;
    return [
      `It is ${severity === "leaked" ? "leaked" : "a suspect"}: ${kind} for ${formatAge(age)}, harm ${harm}, seen on ${sightings} looks since ${since}.`,
      ...(suspect.subject === "backend" && suspect.expected !== null
        ? [`It is ${expectedText(suspect.expected)}, and ${toldAllTheSame(backend)}.`]
        : []),
    ];
  }
  const [nearest] = kinds
    .flatMap(({ kind, next }) => (next === null ? [] : [{ kind, ...next }]))
    .toSorted((a, b) => a.in_seconds - b.in_seconds);
  if (nearest === undefined) return ["It is no suspect: it looks like no leak that is looked for."];
  const { kind, severity, in_seconds: seconds } = nearest;
  const promised = kinds.find((one) => one.kind === kind)?.expected ?? null;
  if (promised !== null)
    return [
      `It is no suspect: it is ${expectedText(promised)}. Nearest is ${kind}, ${severity} in ${formatTimeLeft(seconds)} if nothing changes.`,
    ];
  return [
    `It is no suspect yet: nearest is ${kind}, ${severity} in ${formatTimeLeft(seconds)} if nothing changes.`,
  ];
}

/** Why its age is not held against it, or says nothing. */
function excuses({
  state,
  wait_event_type: waitType,
  wait_event: wait,
  progress,
}: ExplainedBackend): readonly string[] {
  return [
    ...(waitType === "Lock"
      ? ["It waits for a lock: whoever holds that lock is the leak, not the waiter."]
      : []),
    ...(wait === "SyncRep" ? ["It waits for a standby: its transaction is committed already."] : []),
    ...(progress === null
      ? []
      : ["It reports progress: maintenance is left alone, a COPY as long as it moves."]),
    ...(state === "idle" ? ["It is idle: alone that is no leak, but its pool may be overgrown."] : []),
  ];
}

function kindLine(
  {
    kind,
    enabled,
    age_seconds: age,
    severity,
    next,
    suspect_after_seconds: suspectAfter,
    leaked_after_seconds: leakedAfter,
    expected,
  }: ExplainedKind,
  backend: ExplainedBackend,
): string {
  if (!enabled) return `${kind}: off`;
  const thresholds = `suspect after ${formatAge(suspectAfter)}, leaked after ${formatAge(leakedAfter)}`;
  if (age === null) return `${kind}: does not look like it (${thresholds})`;
  const then = next === null ? "" : `; ${next.severity} in ${formatTimeLeft(next.in_seconds)}`;
  const toldOf = severity === null ? "" : `, ${toldAllTheSame(backend)}`;
  const promised = expected === null ? "" : `; ${expectedText(expected)}${toldOf}`;
  const unnamed = expected === null ? "too young" : "not named";
  return `${kind}: ${severity ?? unnamed} at ${formatAge(age)} (${thresholds})${promised}${then}`;
}

/** What nothing else can change. */
function neverEnded({ never_ended: reasons }: Explanation, { usename }: ExplainedBackend): readonly string[] {
  const role = known(usename);
  const texts: Partial<Readonly<Record<SpareReason, string>>> = {
    superuser: `Its role ${role} is a superuser: it can never be ended, whatever else changes, and PostgreSQL itself would refuse. Give the application a role of its own that is none: CREATE ROLE … LOGIN, grant it what the application needs, and let the application connect as it.`,
    replication: `Its role ${role} has REPLICATION: it can never be ended, whatever else changes.`,
    own_session: "It belongs to pgleash, this one or another: it can never be ended, whatever else changes.",
  };
  return reasons.flatMap((reason) => texts[reason] ?? []);
}

function leashLines({ leash_sentence: sentence, suspect, rules, acts, pid }: Explanation): readonly string[] {
  if (sentence === null) return ["There are no rules: nobody is ended."];
  const others = acts.filter((act) => act.pid !== pid);
  return [
    `The leash: ${sentence}.`,
    ...(suspect === null ? ["Rules are asked about suspects only."] : decisionLines(suspect.decision, acts)),
    ...rules.flatMap(ruleLines),
    ...(others.length === 0 ? [] : ["Acts on other sessions of the same role, application and client:"]),
    ...others.map((act) => indented(`pid ${act.pid ?? "unknown"}: ${actSentence(act)}`)),
  ];
}

/** An act, and what a dry run recorded, is told as such already. */
function decisionLines(decision: DecisionJson | null, acts: readonly ExplainedAct[]): readonly string[] {
  if (decision === null) return [];
  const { type, detail, reason, why, planned_at: plannedAt } = decision;
  if (type === "act") return detail === null ? [] : [`What came of it: ${detail}.`];
  const isOfRecord = reason === "dry_run" || reason === "acted_before";
  if (isOfRecord && acts.some((act) => act.this_session && act.mode === "dry_run")) return [];
  const planned = plannedAt === null ? "" : ` It is announced for ${plannedAt}.`;
  return [`At that look it was spared (${reason}): ${withoutReason(reason, why)}.${planned}`];
}

function ruleLines({ rule, action, matches, matchers, spared_by: spares }: ExplainedRule): readonly string[] {
  if (!matches)
    return [
      `Rule ${rule} does not match:`,
      ...matchers.map(({ text, matches: says }) => indented(`${says ? "yes" : "no "} ${text}`)),
    ];
  if (spares.length === 0) return [`Rule ${rule} matches, and nothing spares it: it is to ${action} it.`];
  const lines = (permanent: boolean): readonly string[] =>
    spares
      .filter((spare) => spare.permanent === permanent)
      .map(({ reason, why }) => indented(`${reason}: ${withoutReason(reason, why)}`));
  const [always, now] = [lines(true), lines(false)];
  if (always.length === 0)
    return [`Rule ${rule} matches. It would ${action} it once none of these holds:`, ...now];
  return [
    `Rule ${rule} matches, and can never ${action} it, whatever else changes:`,
    ...always,
    ...(now.length === 0 ? [] : ["Besides, as things stand:", ...now]),
  ];
}

/** Some guards begin with their own name, for whoever shows their words alone. */
function withoutReason(reason: SpareReason | null, why: string | null): string | null {
  const prefix = `${reason}: `;
  return why?.startsWith(prefix) === true ? why.slice(prefix.length) : why;
}

function indented(line: string): string {
  return `  ${line}`;
}
