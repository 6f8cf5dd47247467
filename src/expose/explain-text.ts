import { formatAge } from "./age.ts";
import type { ExplainedBackend, ExplainedKind, ExplainedRule, Explanation } from "./explain-json.ts";
import type { DecisionJson } from "./leash-json.ts";

/** An explanation as lines for a person. The text is untrusted: names of users stand in it. */
export function explanationLines(explained: Explanation): readonly string[] {
  const { server, pid, looked_at: lookedAt, backend } = explained;
  const title = `pid ${pid} on ${server}, as the look of ${lookedAt} read it`;
  if (backend === null) return [title, ...unread];
  return [
    title,
    ...backendLines(backend).map(indented),
    ...verdictLines(explained),
    ...excuses(backend),
    "Detectors:",
    ...explained.kinds.map((kind) => indented(kindLine(kind))),
    ...neverEnded(backend),
    ...leashLines(explained),
  ];
}

/** A look returns only those rows that some detector might name. */
const unread = [
  "It is no suspect: the look did not read it one by one, because one of these holds:",
  ...[
    "there is no session with this pid, or there was none yet",
    "it is no client backend, or it is pgleash itself",
    "it is too young for any detector",
    "it is idle: alone it is no suspect, but its pool may be",
    "pgleash may not see it, or the look was cut (pgleash_hidden_sessions, pgleash_candidates_cut)",
  ].map(indented),
];

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
function verdictLines({ suspect, kinds }: Explanation): readonly string[] {
  if (suspect !== null) {
    const { severity, kind, age_seconds: age, sightings, first_seen: since, harm } = suspect;
    return [
      `It is ${severity === "leaked" ? "leaked" : "a suspect"}: ${kind} for ${formatAge(age)}, harm ${harm}, seen on ${sightings} looks since ${since}.`,
    ];
  }
  const [nearest] = kinds
    .flatMap(({ kind, next }) => (next === null ? [] : [{ kind, ...next }]))
    .toSorted((a, b) => a.in_seconds - b.in_seconds);
  if (nearest === undefined) return ["It is no suspect: it looks like no leak that is looked for."];
  const { kind, severity, in_seconds: seconds } = nearest;
  return [
    `It is no suspect yet: nearest is ${kind}, ${severity} in ${formatAge(seconds)} if nothing changes.`,
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

function kindLine({
  kind,
  enabled,
  age_seconds: age,
  severity,
  next,
  suspect_after_seconds: suspectAfter,
  leaked_after_seconds: leakedAfter,
}: ExplainedKind): string {
  if (!enabled) return `${kind}: off`;
  const thresholds = `suspect after ${formatAge(suspectAfter)}, leaked after ${formatAge(leakedAfter)}`;
  if (age === null) return `${kind}: does not look like it (${thresholds})`;
  const then = next === null ? "" : `; ${next.severity} in ${formatAge(next.in_seconds)}`;
  return `${kind}: ${severity ?? "too young"} at ${formatAge(age)} (${thresholds})${then}`;
}

/** What no rule can change. */
function neverEnded({ superuser, replication, usename }: ExplainedBackend): readonly string[] {
  const role = known(usename);
  const own =
    "CREATE ROLE … LOGIN, grant it what the application needs, and let the application connect as it";
  return [
    ...(superuser === true
      ? [
          `Its role ${role} is a superuser: it can never be ended, whatever a rule says, and PostgreSQL itself would refuse.`,
          `Give the application a role of its own that is none: ${own}.`,
        ]
      : []),
    ...(replication === true
      ? [`Its role ${role} has REPLICATION: it can never be ended, whatever a rule says.`]
      : []),
  ];
}

function leashLines({ leash, suspect, rules, acts }: Explanation): readonly string[] {
  if (leash === null) return ["There are no rules: nobody is ended."];
  const mode = leash.enforcing ? "enforcing" : "a dry run: nobody is ended";
  const { budget, breaker, paused } = leash;
  const state = [
    mode,
    ...(paused === null ? [] : [`paused: ${paused.reason}`]),
    `breaker ${breaker.state}`,
    `${budget.minute.used} of ${budget.minute.limit} acts in the last minute, ${budget.hour.used} of ${budget.hour.limit} in the last hour`,
  ];
  return [
    `The leash is ${state.join("; ")}.`,
    ...(suspect === null ? ["Rules are asked about suspects only."] : decisionLines(suspect.decision)),
    ...rules.flatMap(ruleLines),
    ...(acts.length === 0 ? [] : ["Acts on sessions of the same role, application and client:"]),
    ...acts.map(({ at, mode: of, rule, action, outcome, this_session: isThis }) =>
      indented(
        `${at}: ${of === "dry_run" ? "would " : ""}${action} by rule ${rule}${outcome === null ? "" : `: ${outcome}`}${isThis ? " (this session)" : ""}`,
      ),
    ),
  ];
}

function decisionLines(decision: DecisionJson | null): readonly string[] {
  if (decision === null) return [];
  const { type, action, rule, outcome, detail, reason, why, planned_at: plannedAt } = decision;
  if (type === "act") {
    const came = [outcome, detail].filter((part) => part !== null).join(", ");
    return [`At that look rule ${rule} was to ${action} it: ${came}.`];
  }
  const planned = plannedAt === null ? "" : ` It is announced for ${plannedAt}.`;
  return [`At that look it was spared (${reason}): ${why}.${planned}`];
}

function ruleLines({ rule, action, matches, matchers, spared_by: spares }: ExplainedRule): readonly string[] {
  if (!matches)
    return [
      `Rule ${rule} does not match:`,
      ...matchers.map(({ text, matches: says }) => indented(`${says ? "yes" : "no "} ${text}`)),
    ];
  if (spares.length === 0) return [`Rule ${rule} matches, and nothing spares it: it is to ${action} it.`];
  return [
    `Rule ${rule} matches. It would ${action} it once none of these holds:`,
    ...spares.map(({ reason, why }) => indented(`${reason}: ${why}`)),
  ];
}

function indented(line: string): string {
  return `  ${line}`;
}
