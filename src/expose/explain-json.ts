import type { Severity } from "../classify/episode.ts";
import { judgeMarker, type MarkerResult } from "../classify/expectation.ts";
import { checkKinds, type KindCheck } from "../classify/kind-check.ts";
import type { BackendKind } from "../classify/kind.ts";
import type { Sighting } from "../classify/sighting.ts";
import { explain, type RuleExplanation } from "../decide/explain.ts";
import { neverEndedFor } from "../decide/never-ended.ts";
import type { RuleAction } from "../decide/policy.ts";
import type { SpareReason } from "../decide/reason.ts";
import type { BackendState } from "../observe/snapshot.ts";
import type { Probe } from "../postgres/probe.ts";
import { suspectBackends, type BackendSuspect } from "./aggregate.ts";
import { actsAround, type ExplainedAct } from "./explained-act.ts";
import { decisionJson, leashJson, type LeashJson } from "./leash-json.ts";
import { leashSentence, type SentenceOptions } from "./leash-sentence.ts";
import type { LeashReport, Report } from "./report.ts";
import { decisionsOf } from "./suspect-decision.ts";
import { expectationJson, suspectJson, type ExpectationJson } from "./suspect-json.ts";
import type { DecidedSuspectJson } from "./suspects-json.ts";

/** A session as the last look read it, under PostgreSQL's own names. */
export type ExplainedBackend = {
  readonly backend_start: string;
  readonly datname: string | null;
  readonly usename: string | null;
  readonly superuser: boolean | null;
  readonly replication: boolean | null;
  readonly application_name: string | null;
  readonly client_addr: string | null;
  readonly state: BackendState;
  readonly wait_event_type: string | null;
  readonly wait_event: string | null;
  readonly xact_seconds: number | null;
  readonly query_seconds: number | null;
  readonly state_seconds: number | null;
  /** The command whose progress it reports. */
  readonly progress: string | null;
  /** How many sessions wait for it: because of them it is a suspect though it is expected. */
  readonly blocked_sessions: number;
};

/** What one detector says of it. */
export type ExplainedKind = {
  readonly kind: BackendKind;
  readonly enabled: boolean;
  /** Null where it does not look like this leak. */
  readonly age_seconds: number | null;
  readonly suspect_after_seconds: number;
  readonly leaked_after_seconds: number;
  readonly severity: Severity | null;
  /** What it will be called next, and when, if nothing changes. */
  readonly next: { readonly severity: Severity; readonly in_seconds: number } | null;
  /** That it is expected to look like this: until that is over it is not named, unless others wait for it. */
  readonly expected: ExpectationJson | null;
};

/** What one rule of the policy says of it, as things stand after the last look. */
export type ExplainedRule = {
  readonly rule: string;
  readonly action: RuleAction;
  readonly matches: boolean;
  readonly matchers: readonly { readonly text: string; readonly matches: boolean }[];
  /** The permanent ones first: those hold whatever else changes. */
  readonly spared_by: readonly {
    readonly reason: SpareReason;
    readonly why: string;
    readonly permanent: boolean;
  }[];
};

/** Why a session is a suspect or not, and what would have to change for it to be ended. */
export type Explanation = {
  readonly server: string;
  readonly pid: number;
  /** By the server's clock. */
  readonly looked_at: string;
  /** Whether it is the session of the pgleash that answers: no look reads it. */
  readonly own_session: boolean;
  /** How many sessions the look may not see: it may be one of them. */
  readonly hidden_sessions: number;
  /** Null where the last look did not read it one by one. */
  readonly backend: ExplainedBackend | null;
  /** Why it can never be ended, whatever else changes: suspect or not. */
  readonly never_ended: readonly SpareReason[];
  readonly kinds: readonly ExplainedKind[];
  /** What its own word of how long it takes is worth; null where it says nothing, or nobody may. */
  readonly marker: MarkerResult | null;
  readonly suspect: DecidedSuspectJson | null;
  /** Only of a suspect: before, nobody knows what it will match. */
  readonly rules: readonly ExplainedRule[];
  readonly acts: readonly ExplainedAct[];
  readonly leash: LeashJson | null;
  /** The leash in one sentence, as the page says it. */
  readonly leash_sentence: string | null;
};

/** Whom to explain, and what is known beside the report. */
export type ExplainOptions = SentenceOptions & {
  readonly server: string;
  readonly pid: number;
  readonly probe: Probe | null;
};

/** Explains one session of the last look at a server. Nothing in it is a literal of a statement. */
export function explanation(report: Report, { server, pid, probe, ...options }: ExplainOptions): Explanation {
  const { sightings, thresholds, snapshot, leash } = report;
  const sighting = sightings.find(({ backend }) => backend.id.pid === pid);
  const suspect = suspectBackends(report).find(({ backend }) => backend.id.pid === pid);
  const decision = suspect === undefined ? undefined : decisionsOf(report).get(suspect);
  return {
    server,
    pid,
    looked_at: isoTime(snapshot.takenAtSeconds),
    // Behind a pooler each statement may run in another session.
    own_session: probe !== null && !probe.pooled && probe.backendPid === pid,
    hidden_sessions: snapshot.coverage.hiddenSessions,
    backend: sighting === undefined ? null : explainedBackend(sighting),
    never_ended: sighting === undefined ? [] : neverEndedFor(sighting.backend, probe?.user ?? null),
    kinds: sighting === undefined ? [] : checkKinds(sighting, thresholds).map(explainedKind),
    marker:
      sighting === undefined
        ? null
        : (judgeMarker(sighting.backend, sighting.clockJumps, thresholds.markers)?.result ?? null),
    suspect:
      suspect === undefined
        ? null
        : {
            ...suspectJson(server, suspect),
            decision: decision === undefined ? null : decisionJson(decision),
          },
    rules: suspect === undefined || leash === null ? [] : rulesFor(suspect, leash),
    acts: leash === null ? [] : actsAround(pid, sighting?.backend ?? null, leash.state.ledger.entries),
    leash: leash === null ? null : leashJson(leash),
    leash_sentence: leash === null ? null : leashSentence(leash, options),
  };
}

function explainedBackend({ backend, blockedSessions }: Sighting): ExplainedBackend {
  return {
    backend_start: backend.id.backendStart,
    datname: backend.datname,
    usename: backend.usename,
    superuser: backend.isSuperuser,
    replication: backend.isReplication,
    application_name: backend.applicationName,
    client_addr: backend.clientAddr,
    state: backend.state,
    wait_event_type: backend.waitEventType,
    wait_event: backend.waitEvent,
    xact_seconds: backend.xactSeconds,
    query_seconds: backend.querySeconds,
    state_seconds: backend.stateSeconds,
    progress: backend.progress?.command ?? null,
    blocked_sessions: blockedSessions,
  };
}

function explainedKind(check: KindCheck): ExplainedKind {
  const { kind, threshold, period, ageSeconds, severity, expectation } = check;
  const { enabled, suspectAfterSeconds, leakedAfterSeconds } = threshold;
  const age = period === null ? null : ageSeconds;
  const next = enabled && age !== null && severity !== "leaked" ? nextOf(check, age) : null;
  return {
    kind,
    enabled,
    age_seconds: age === null ? null : rounded(age),
    suspect_after_seconds: suspectAfterSeconds,
    leaked_after_seconds: leakedAfterSeconds,
    severity,
    next,
    expected: expectation === null ? null : expectationJson(expectation),
  };
}

/** Whoever is expected to take long is named once that is over, perhaps leaked at once. */
function nextOf({ threshold, severity, expectation }: KindCheck, ageSeconds: number): ExplainedKind["next"] {
  const { suspectAfterSeconds, leakedAfterSeconds } = threshold;
  const overSeconds = severity === null && expectation !== null ? expectation.leftSeconds : 0;
  const namedSeconds = (severity === null ? suspectAfterSeconds : leakedAfterSeconds) - ageSeconds;
  const isLeaked = severity !== null || ageSeconds + overSeconds >= leakedAfterSeconds;
  // What is left of the promise is taken as it is, so that both are the same figure wherever they are shown.
  return {
    severity: isLeaked ? "leaked" : "suspect",
    in_seconds: rounded(Math.max(namedSeconds, overSeconds)),
  };
}

function rulesFor(suspect: BackendSuspect, leash: LeashReport): readonly ExplainedRule[] {
  const { policy, floors, situation, state } = leash;
  return explain(suspect, { policy, floors, situation, leash: state }).map(explainedRule);
}

function explainedRule({ rule, matches, matchers, spares }: RuleExplanation): ExplainedRule {
  const sparedBy = spares.map(({ reason, why, isPermanent: permanent }) => ({ reason, why, permanent }));
  return { rule: rule.name, action: rule.action, matches, matchers, spared_by: sparedBy };
}

function isoTime(epochSeconds: number): string {
  return new Date(epochSeconds * 1000).toISOString();
}

function rounded(seconds: number): number {
  return Number(seconds.toFixed(3));
}
