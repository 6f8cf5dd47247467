import type { Episode } from "../../src/classify/episode.ts";
import { keyOfEpisode } from "../../src/classify/episode-key.ts";
import type { Case } from "../../src/decide/guard.ts";
import { emptyLeash, type Leash } from "../../src/decide/leash.ts";
import type { Grounds, LedgerEntry, OpenBreaker } from "../../src/decide/ledger.ts";
import type { Act } from "../../src/decide/plan.ts";
import { builtInFloors, type Limits, type Policy, type Rule } from "../../src/decide/policy.ts";
import type { Permits, Situation } from "../../src/decide/situation.ts";
import { spentOf } from "../../src/decide/spent.ts";
import { targetOf, type SessionEpisode } from "../../src/decide/target.ts";
import type { Backend } from "../../src/observe/snapshot.ts";
import { aBackend } from "./a-backend.ts";
import { aGroup, aHarm } from "./a-view.ts";

/** The server's clock in all of these. */
export const NOW = 1_800_000_000;

/** A session that forgot its commit twenty minutes ago, followed for two of them. `pid` tells it from others. */
export function aLeaked(
  pid = 4242,
  {
    backend = {},
    ...overrides
  }: Omit<Partial<SessionEpisode>, "backend"> & { readonly backend?: Partial<Backend> } = {},
): SessionEpisode {
  const stateChange = "2026-01-01 00:00:01.000002+00";
  return {
    kind: "idle_in_transaction",
    backend: aBackend({
      id: { pid, backendStart: "2026-01-01 00:00:00.000001+00" },
      state: "idle in transaction",
      xactStart: "2026-01-01 00:00:01.000001+00",
      stateChange,
      stateSeconds: 1200,
      xactSeconds: 1201,
      ...backend,
    }),
    severity: "leaked",
    severityNow: overrides.severity ?? "leaked",
    certainty: "high",
    period: stateChange,
    ageSeconds: 1200,
    sightings: 12,
    firstSeenSeconds: NOW - 120,
    harm: aHarm({ level: "vacuum", workAtRiskSeconds: 1 }),
    commentKeys: new Map(),
    hasCurrentKeys: true,
    expectation: null,
    mayDeclare: false,
    redactedStatement: "SELECT $1",
    ...overrides,
  };
}

/** So many such sessions, each of a client of its own. */
export function leakedSessions(count: number): readonly SessionEpisode[] {
  return Array.from({ length: count }, (_, index) =>
    aLeaked(1000 + index, { backend: { clientAddr: `10.0.${Math.floor(index / 200)}.${index % 200}` } }),
  );
}

/** A rule that ends whatever is leaked, at once and without limits of its own. */
export function aRule(overrides: Partial<Rule> = {}): Rule {
  return {
    name: "everything",
    matches: () => true,
    matchers: [],
    action: "terminate",
    minAgeSeconds: 60,
    minSightings: 1,
    minFollowedSeconds: 0,
    minHarm: "slot",
    minPressure: 0,
    maxWorkAtRiskSeconds: Infinity,
    serverRole: "any",
    isOpenAt: () => true,
    warnForSeconds: 0,
    rate: { perLook: Infinity, perMinute: Infinity, perHour: Infinity },
    share: null,
    ...overrides,
  };
}

/** Limits that hold nobody back. */
export const noLimits: Limits = {
  perLook: Infinity,
  perMinute: Infinity,
  perHour: Infinity,
  share: Infinity,
  shareWindowSeconds: 600,
  coolDownSeconds: 0,
};

/** A policy of one rule for everybody that is not protected; no limit holds it back, and no breaker. */
export function aPolicy(overrides: Partial<Policy> = {}): Policy {
  return {
    mode: "enforce",
    rules: [aRule()],
    protections: [],
    limits: noLimits,
    breaker: { futileActs: Infinity, unconfirmedActs: Infinity, windowSeconds: 600, coolDownSeconds: 1800 },
    ...overrides,
  };
}

/** All that it takes to signal. */
export const permitted: Permits = {
  isEnforcing: true,
  pause: null,
  hasLease: true,
  leaseRefusal: null,
  isPooled: false,
  canSignal: true,
  isAuditWorking: true,
  auditProblem: null,
};

/** A trusted look at a primary with a hundred sessions, which may be acted on. The episodes of its suspects are open. */
export function aSituation(
  suspects: readonly Episode[] = [],
  {
    permits = {},
    ...overrides
  }: Omit<Partial<Situation>, "permits"> & { readonly permits?: Partial<Permits> } = {},
): Situation {
  return {
    server: "main",
    nowSeconds: NOW,
    standby: false,
    pressure: 0.5,
    suspects,
    openEpisodes: new Map(
      suspects.flatMap((one) => ("backend" in one ? [[keyOfEpisode(one), one] as const] : [])),
    ),
    ended: [],
    groups: [aGroup({ sessions: 100 })],
    isTrusted: true,
    isOutOfTurn: false,
    clockJumpSeconds: 0,
    ownRole: "pgleash",
    ...overrides,
    permits: { ...permitted, ...permits },
  };
}

/** A leaked session under a rule that matches it. */
export function aCase(episode: SessionEpisode = aLeaked(), overrides: Partial<Case> = {}): Case {
  const { situation = aSituation([episode]), policy = aPolicy(), leash = emptyLeash } = overrides;
  return {
    episode,
    target: targetOf(situation.server, episode),
    rule: aRule(),
    policy,
    floors: builtInFloors,
    situation,
    leash,
    spent: spentOf({ leash, situation, policy }),
    planned: [],
    ...overrides,
  };
}

/** The act on a session. */
export function anAct(episode: SessionEpisode = aLeaked(), overrides: Partial<Act> = {}): Act {
  const { usename, applicationName, clientAddr } = episode.backend;
  return {
    type: "act",
    action: "terminate",
    episode,
    rule: aRule(),
    isOfStatement: false,
    holder: { usename, applicationName, clientAddr },
    holderSessions: 100,
    applicationSessions: 100,
    ...overrides,
  };
}

/** A session that was ended just now. */
export function anEntry(overrides: Partial<LedgerEntry> = {}): LedgerEntry {
  return {
    atSeconds: NOW,
    mode: "enforce",
    rule: "everything",
    action: "terminate",
    episode: "idle_in_transaction/1/a/b",
    holder: { usename: "app", applicationName: "web-1", clientAddr: "10.0.0.7" },
    holderSessions: 100,
    applicationSessions: 100,
    outcome: "terminated",
    ...overrides,
  };
}

/** A breaker that opened a minute ago, because three acts on an application did not help. */
export function anOpenBreaker(overrides: Partial<OpenBreaker> = {}): OpenBreaker {
  const application = { usename: "app", applicationName: "web-1" };
  const grounds: Grounds = {
    actedOn: { breadth: "application", application },
    acts: 3,
    sessionsBefore: 100,
    sessionsAfter: 101,
  };
  return { state: "open", sinceSeconds: NOW - 60, why: "futile", grounds, ...overrides };
}

/** A leash whose ledger holds these, with a closed breaker. */
export function aLeash(...entries: readonly LedgerEntry[]): Leash {
  return { ...emptyLeash, ledger: { ...emptyLeash.ledger, entries } };
}
