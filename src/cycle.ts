import { carryOut } from "./act/carry-out.ts";
import type { Audit } from "./act/audit.ts";
import type { Permitted } from "./act/permit.ts";
import { candidateAges } from "./classify/candidate-ages.ts";
import { classify } from "./classify/classify.ts";
import { evidenceDue } from "./classify/evidence-due.ts";
import type { Look } from "./classify/look.ts";
import {
  emptyMemory,
  followedPids,
  keptSight,
  overgrownApplications,
  type Memory,
} from "./classify/memory.ts";
import type { DeclaredPool } from "./classify/pool.ts";
import { isUnderPressure } from "./classify/slot-scope.ts";
import type { ThresholdRules } from "./classify/thresholds.ts";
import { decide } from "./decide/decide.ts";
import { emptyLeash, type Leash } from "./decide/leash.ts";
import type { Floors, Policy } from "./decide/policy.ts";
import { addPlan, emptyDecisionTally, type DecisionTally } from "./decide/tally.ts";
import type { Report } from "./expose/report.ts";
import { gatherEvidence } from "./observe/gather-evidence.ts";
import { observe } from "./observe/observe.ts";
import type { Deadline } from "./postgres/deadline.ts";
import type { Probe } from "./postgres/probe.ts";
import type { Session } from "./postgres/session.ts";

/** What is known of a server between looks. */
export type Remembered = {
  readonly memory: Memory;
  readonly leash: Leash;
  readonly decisions: DecisionTally;
};

/** What is known before the first look; of an earlier process, what the audit tells. */
export function firstRemembered(leash: Leash = emptyLeash): Remembered {
  return { memory: emptyMemory(), leash, decisions: emptyDecisionTally };
}

/** What it takes to decide, and to act. */
export type Leashing = {
  readonly server: string;
  readonly policy: Policy;
  readonly floors: Floors;
  readonly audit: Audit | null;
  /** Seconds by our own clock since the last look; `null` before the first. The server's clock must agree. */
  readonly sinceLastLookSeconds: number | null;
  /** Asks what is permitted, once a look, before anything is decided. */
  permit(session: Session): Promise<Permitted>;
};

export type CycleOptions = {
  readonly probe: Probe;
  readonly thresholds: ThresholdRules;
  readonly pools: readonly DeclaredPool[];
  /** Keys of statement comments that are read beside the known ones. */
  readonly commentKeys: readonly string[];
  readonly gapSeconds: number;
  readonly believesRows: boolean;
  readonly deadline: Deadline;
  /** `null` where there are no rules: then nothing is decided, and nobody is ended. */
  readonly leashing: Leashing | null;
};

/** So many sessions leak at once in the worst of incidents, and so many groups fit a page; a row weighs up to 8 kB, statement included. */
const limits = { candidates: 1000, groups: 1000 };

/**
 * One look at one server, from its sessions to the report that everything shown comes from. Read this file first.
 * What is remembered goes in as a value and comes out as a new one. Throws a `PostgresFailure`; the memory then stays.
 */
export async function cycle(
  session: Session,
  before: Remembered,
  options: CycleOptions,
): Promise<{ readonly report: Report; readonly remembered: Remembered }> {
  const { probe, leashing } = options;
  const look = await lookAt(session, before.memory, options);
  const { memory, ...verdict } = classify(look, before.memory, {
    ...options,
    usableSlots: usableSlotsOf(probe),
    ownSession: probe.ownSession,
  });
  const seen = { ...verdict, snapshot: look.snapshot, evidenceFailure: look.gathered?.failure ?? null };
  if (leashing === null) return { report: { ...seen, leash: null }, remembered: { ...before, memory } };

  const permitted = await leashing.permit(session);
  const situation = {
    server: leashing.server,
    nowSeconds: look.snapshot.takenAtSeconds,
    standby: look.snapshot.standby,
    pressure: memory.lastLook?.pressure ?? 0,
    suspects: verdict.suspects,
    openEpisodes: new Set(memory.episodes.keys()),
    groups: look.snapshot.groups,
    isTrusted: isTrusted(look, before.memory, options),
    ownRole: probe.user,
    permits: permitted.permits,
  };
  const { plan, leash: counted } = decide(situation, before.leash, leashing);
  const { results, leash } = await carryOut(
    session,
    { plan, before: before.leash, leash: counted },
    { ...leashing, version: probe.version },
  );
  return {
    report: { ...seen, leash: { plan, results, state: leash, ...permitted } },
    remembered: { memory, leash, decisions: addPlan(before.decisions, plan, results) },
  };
}

async function lookAt(session: Session, memory: Memory, options: CycleOptions): Promise<Look> {
  const { probe, thresholds, pools, gapSeconds, deadline } = options;
  const asking = { version: probe.version, deadline, prepare: !probe.pooled };
  const ages = candidateAges(thresholds, isUnderPressure(memory.lastLook?.pressure ?? 0));
  const snapshot = await observe(session, {
    ...asking,
    followedPids: followedPids(memory),
    sampledApplications: overgrownApplications(memory),
    ages,
    groupsByClient: pools.some(({ per }) => per === "client"),
    limits,
  });
  const question = evidenceDue(snapshot, memory, { gapSeconds, idleSeconds: ages.idleSeconds });
  const gathered = question === null ? null : await gatherEvidence(session, { ...asking, question });
  return { snapshot, gathered };
}

function usableSlotsOf({ slots }: Probe): number {
  return slots.max_connections - slots.reserved_connections - slots.superuser_reserved_connections;
}

/** So far may the clocks of the server and of this machine drift apart between two looks. */
const LARGEST_DRIFT_SECONDS = 5;

/** Ages prove something only if an earlier look vouches for this one, and the server's clock did not jump in between. */
function isTrusted({ snapshot }: Look, memory: Memory, { gapSeconds, leashing }: CycleOptions): boolean {
  const { lastLook } = memory;
  const ourSeconds = leashing?.sinceLastLookSeconds ?? null;
  if (lastLook === null || ourSeconds === null || !keptSight(snapshot, memory, gapSeconds)) return false;
  const itsSeconds = snapshot.takenAtSeconds - lastLook.takenAtSeconds;
  return Math.abs(itsSeconds - ourSeconds) <= LARGEST_DRIFT_SECONDS;
}
