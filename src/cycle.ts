import { carryOut } from "./act/carry-out.ts";
import type { Audit } from "./act/audit.ts";
import type { Permitted } from "./act/permit.ts";
import { candidateAges } from "./classify/candidate-ages.ts";
import { classify } from "./classify/classify.ts";
import { evidenceDue } from "./classify/evidence/evidence-due.ts";
import { emptyMemory, followedPids, overgrownApplications, type Memory } from "./classify/memory.ts";
import type { DeclaredPool } from "./classify/pools/pool.ts";
import { isUnderPressure } from "./classify/pools/slot-scope.ts";
import type { ThresholdRules } from "./classify/thresholds.ts";
import { afterClockJump } from "./decide/clock-jump.ts";
import { decide } from "./decide/decide.ts";
import { emptyLeash, type Leash } from "./decide/leash.ts";
import type { Refusal } from "./decide/permit-refusals.ts";
import type { Floors, Policy } from "./decide/policy.ts";
import { terminatedEpisodes } from "./decide/terminated-episodes.ts";
import { addPlan, emptyDecisionTally, type DecisionTally } from "./decide/tally.ts";
import type { Report } from "./expose/report.ts";
import { gatherEvidence } from "./observe/gather-evidence.ts";
import { nothingKnown, type Known } from "./observe/known.ts";
import { noNames } from "./observe/names.ts";
import { observe } from "./observe/observe.ts";
import type { Deadline } from "./postgres/deadline.ts";
import type { Probe } from "./postgres/probe.ts";
import type { Session } from "./postgres/session.ts";
import { probedFor, type Reading } from "./reading.ts";
import { clockJumpOf, situationOf } from "./situate.ts";

/** What is known of a server between looks. */
export type Remembered = {
  readonly memory: Memory;
  readonly leash: Leash;
  readonly decisions: DecisionTally;
  /** What a look takes over instead of reading it again. Whoever signals compares the names once more. */
  readonly known: Known;
};

/** What is known before the first look; of an earlier process, what the audit tells. */
export function firstRemembered(leash: Leash = emptyLeash): Remembered {
  return { memory: emptyMemory(), leash, decisions: emptyDecisionTally, known: nothingKnown };
}

/** What it takes to decide, and to act. */
export type Leashing = {
  readonly server: string;
  readonly policy: Policy;
  readonly floors: Floors;
  readonly audit: Audit | null;
  /** The longest time between two looks. */
  readonly pollSeconds: number;
  /** Asks what is permitted, once a look, before anything is decided. The reading knows whether our role may signal now. */
  permit(session: Session, reading: Pick<Reading, "canSignal">): Promise<Permitted>;
  /** Asked again right before each signal, for what may come meanwhile: why nothing more is sent; `null` to go on. */
  whyStop(session: Session): Promise<Refusal | null>;
  /** Called with the leash at each step of the acts: an audit that is rotated during a look must not miss what was done. */
  remember(leash: Leash): void;
};

export type CycleOptions = {
  readonly probe: Probe;
  readonly thresholds: ThresholdRules;
  readonly pools: readonly DeclaredPool[];
  /** Keys of statement comments that are read beside the known ones. */
  readonly commentKeys: readonly string[];
  readonly gapSeconds: number;
  /** By our own clock; `null` before the first. */
  readonly sinceLastLookSeconds: number | null;
  /** Between two looks by plan, because a quick look called for it. */
  readonly isOutOfTurn: boolean;
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
): Promise<{ readonly report: Report; readonly remembered: Remembered; readonly reading: Reading }> {
  const { probe, leashing } = options;
  const begunMs = performance.now();
  const { reading, known } = await read(session, before, options);
  const { look } = reading;
  const terminated = terminatedEpisodes(before.leash);
  const verdict = classify(look, before.memory, { ...options, ...reading, terminated });
  const { memory, ...shown } = verdict;
  const evidenceFailure = look.gathered?.failure ?? null;
  const seen = { ...shown, snapshot: look.snapshot, evidenceFailure, thresholds: options.thresholds };
  if (leashing === null) {
    // Rules may come back, and limits still count what was done.
    const leash = afterClockJump(before.leash, clockJumpOf(reading, before.memory) ?? 0);
    return { report: { ...seen, leash: null }, remembered: { ...before, leash, memory, known }, reading };
  }

  const { server, policy, floors } = leashing;
  const { permits, ...refusals } = await leashing.permit(session, reading);
  const situation = situationOf(reading, { before: before.memory, verdict }, { server, permits });
  const { plan: decided, leash: counted } = decide(situation, before.leash, leashing);
  const { plan, results, leash } = await carryOut(
    session,
    { plan: decided, before: before.leash, leash: counted },
    {
      ...leashing,
      version: probe.version,
      lookSeconds: situation.nowSeconds,
      lookAgeSeconds: () => (performance.now() - begunMs) / 1000,
    },
  );
  return {
    report: { ...seen, leash: { plan, results, state: leash, policy, floors, situation, ...refusals } },
    remembered: {
      memory,
      leash,
      decisions: addPlan(before.decisions, plan, results),
      known: results.some(({ outcome }) => outcome === "moved_on") ? { ...known, names: noNames } : known,
    },
    reading,
  };
}

async function read(
  session: Session,
  { memory, known: knownBefore }: Remembered,
  options: CycleOptions,
): Promise<{ readonly reading: Reading; readonly known: Known }> {
  const { probe, thresholds, pools, gapSeconds, sinceLastLookSeconds, isOutOfTurn, deadline } = options;
  const asking = { version: probe.version, deadline, prepare: !probe.pooled };
  const ages = candidateAges(thresholds, isUnderPressure(memory.lastLook?.pressure ?? 0));
  const asked = { ages, groupsByClient: pools.some(({ per }) => per === "client") };
  const followed = { followedPids: followedPids(memory), sampledApplications: overgrownApplications(memory) };
  const request = { ...asking, ...asked, ...followed, limits };
  const { snapshot, known } = await observe(session, request, knownBefore);
  const question = evidenceDue(snapshot, memory, { gapSeconds, idleSeconds: ages.idleSeconds });
  const answer = question === null ? null : await gatherEvidence(session, { ...asking, question });
  const look = { snapshot, gathered: answer?.gathered ?? null };
  const canSignal = answer?.canSignal ?? probe.privileges.pg_signal_backend;
  const judgedBy = { ...probedFor(probe), canSignal, gapSeconds, sinceLastLookSeconds, isOutOfTurn };
  return { reading: { look, asked, ...judgedBy }, known };
}
