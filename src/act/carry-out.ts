import { randomUUID } from "node:crypto";
import { keyOfEpisode } from "../classify/episode-key.ts";
import { calledOff, uncounted } from "../decide/call-off.ts";
import { settled } from "../decide/count.ts";
import type { Leash } from "../decide/leash.ts";
import type { LedgerEntry, Outcome } from "../decide/ledger.ts";
import type { Act, Decision, Plan } from "../decide/plan.ts";
import type { Refusal } from "../decide/permit-refusals.ts";
import type { Floors, Policy } from "../decide/policy.ts";
import { recheck, type Meanwhile } from "../decide/recheck.ts";
import type { SessionEpisode } from "../decide/target.ts";
import { startDeadline } from "../postgres/deadline.ts";
import type { Session } from "../postgres/session.ts";
import { actRecord, noticeRecord } from "./act-record.ts";
import { atMost } from "./at-most.ts";
import type { AuditRecord } from "./audit-record.ts";
import type { Audit } from "./audit.ts";
import { endSession, unsent, type Ending } from "./end-session.ts";
import { breakerFields } from "./ledger-record.ts";

/** A plan that was decided on, with the leash before it and the one that counts its acts already. */
export type DecidedPlan = { readonly plan: Plan; readonly before: Leash; readonly leash: Leash };

export type CarryOutOptions = Pick<Meanwhile, "lookSeconds" | "pollSeconds"> & {
  readonly server: string;
  /** `server_version_num`. */
  readonly version: number;
  readonly policy: Pick<Policy, "breaker">;
  readonly floors: Floors;
  /** How long ago the look was begun, by a clock that never jumps. */
  lookAgeSeconds(): number;
  /** Without one nothing is done, and nothing is on record. */
  readonly audit: Audit | null;
  /** Asked before each act, and again right before each signal: why nothing more is sent; `null` to go on. Never throws. */
  whyStop(session: Session): Promise<Refusal | null>;
  /**
   * Called with the leash whenever it changes: each act from when its intent is on record, and what became of it. An audit
   * that is rotated meanwhile begins with the last of them. Never throws.
   */
  remember(leash: Leash): void;
};

/** What became of one act, and what is to be said about it. */
export type Result = {
  readonly act: Act;
  readonly action: Act["action"];
  readonly outcome: Outcome;
  readonly detail: string | null;
  /** Whether the server refused a signal of it: then the grant may be gone. */
  readonly isRefused: boolean;
};

/** Whoever is refused once is refused at once again: the next look asks first whether the grant is there. */
const refusedByServer: Refusal = {
  reason: "no_privilege",
  why: "the server refused an act of this look: whether our role still is a member of pg_signal_backend is asked anew",
};

/** One act is one round trip to signal, and a few to see what came of it. */
const ACT_SECONDS = 5;
const VERIFY_SECONDS = 2;

/** How long a look waits for the disk to take what it announces: the lease must outlive it, and the look stay young. */
const NOTICES_POLLS = 0.25;

/**
 * Carries out a plan, one act after the other, each on record before and after. `session` must be the one that holds the
 * lease. Never throws for what a server or a disk does: the outcomes tell. Once somebody says stop, or the audit fails,
 * nothing more is sent, and before each act its plan is checked again (`recheck`): the plan that comes back is the one that
 * was carried out, in which the rest are spared.
 */
export async function carryOut(
  session: Session,
  { plan, before, leash: counted }: DecidedPlan,
  options: CarryOutOptions,
): Promise<{ readonly plan: Plan; readonly results: readonly Result[]; readonly leash: Leash }> {
  let waiting = plan.decisions.filter((decision) => decision.type === "act");
  // What is not begun is on no record, and may never be: the next process must not take it for done.
  const remember = (known: Leash): void => options.remember(uncounted(known, waiting, before));
  remember(counted);
  await putOnRecord({ plan, before, leash: counted }, options);
  let leash = counted;
  let stop: Refusal | null = null;
  const results: Result[] = [];
  const decisions: Decision[] = [];
  for (const decision of plan.decisions) {
    if (decision.type !== "act") {
      decisions.push(decision);
      continue;
    }
    const known = leash;
    const whyStop = async (): Promise<Refusal | null> => {
      stop ??= await options.whyStop(session);
      return stop ?? recheck(decision, meanwhile(known, options));
    };
    const refusal = await whyStop();
    waiting = waiting.slice(1);
    const ending: Ending =
      refusal === null
        ? await carryOutOne(session, decision, { before, leash }, { ...options, remember, whyStop })
        : unsent(refusal);
    if (ending.outcome === "called_off") {
      // What cannot be put on record now could be for none of the others.
      if (ending.stop.reason === "audit_failing") stop = ending.stop;
      const { spare, leash: without } = calledOff(leash, decision, { before, stop: ending.stop });
      leash = without;
      decisions.push(spare);
    } else {
      const { outcome, detail, isRefused = false } = ending;
      leash = settled(leash, decision, outcome);
      decisions.push(decision);
      results.push({ act: decision, action: decision.action, outcome, detail, isRefused });
      if (isRefused) stop = refusedByServer;
    }
    remember(leash);
  }
  return { plan: { ...plan, decisions }, results, leash };
}

function meanwhile({ ledger }: Leash, options: CarryOutOptions): Meanwhile {
  const { policy, lookSeconds, pollSeconds } = options;
  const lookAgeSeconds = options.lookAgeSeconds();
  return { ledger, breaker: policy.breaker, lookSeconds, pollSeconds, lookAgeSeconds };
}

/** Everything that is no act: what is announced and withdrawn, what a dry run would have done, and the breaker. */
async function putOnRecord(
  { plan, before, leash }: DecidedPlan,
  { server, pollSeconds, audit }: CarryOutOptions,
): Promise<void> {
  if (audit === null) return;
  const { breaker } = leash.ledger;
  const known = before.ledger.breaker;
  // One that a trial opened anew cools down anew, and the next process must know.
  const isBreakerNew = breaker.state !== known.state || breaker.sinceSeconds !== known.sinceSeconds;
  const written = audit.recordAll([
    ...plan.notices.map((notice) => noticeRecord(server, notice)),
    ...(isBreakerNew ? [{ type: "breaker", server, ...breakerFields(breaker) } as const] : []),
    ...plan.decisions.flatMap((decision) => wouldAct(decision, { server, leash })),
  ]);
  // Later records stand behind these, whenever the disk takes them.
  await atMost(written, NOTICES_POLLS * pollSeconds);
}

function wouldAct(
  { episode, ...decision }: Decision,
  { server, leash }: { readonly server: string; readonly leash: Leash },
): readonly AuditRecord[] {
  if (decision.type !== "spare" || decision.reason !== "dry_run" || !("backend" in episode)) return [];
  const entry = entryOf(leash, episode);
  return entry === undefined ? [] : [actRecord(entry, { id: randomUUID(), server, episode, leash })];
}

async function carryOutOne(
  session: Session,
  act: Act,
  { before, leash }: Omit<DecidedPlan, "plan">,
  options: CarryOutOptions,
): Promise<Ending> {
  const { server, version, floors, audit } = options;
  const { episode, rule } = act;
  const entry = entryOf(leash, episode);
  const id = randomUUID();
  const about = { id, server, episode: keyOfEpisode(episode) };
  if (audit === null || entry === undefined) return unsent(notOnRecord("there is no audit"));
  const callOff = async (stop: Refusal): Promise<Ending> => {
    // First, so that a file that begins with this record does not count what it calls off.
    options.remember(uncounted(leash, [act], before));
    await audit.record({ type: "called_off", ...about, ...stop });
    return unsent(stop);
  };
  // The intent may still have come to the disk: the record that calls it off closes it there.
  if (!(await audit.record(actRecord(entry, { id, server, episode, leash }))))
    return callOff(notOnRecord(audit.failure() ?? "nobody knows why"));
  options.remember(leash);
  const startedMs = performance.now();
  const ending = await endSession(session, act, {
    version,
    deadline: startDeadline(ACT_SECONDS),
    prepare: true,
    minAgeSeconds: Math.max(rule.minAgeSeconds, floors[episode.kind]),
    verifySeconds: VERIFY_SECONDS,
    whyStop: () => options.whyStop(session),
  });
  if (ending.outcome === "called_off") return callOff(ending.stop);
  const seconds = Number(((performance.now() - startedMs) / 1000).toFixed(3));
  const { outcome, detail } = ending;
  await audit.record({ type: "outcome", ...about, outcome, detail, seconds });
  return ending;
}

function notOnRecord(why: string): Refusal {
  return { reason: "audit_failing", why: `its intent could not be put on record: ${why}` };
}

/** The entry that counts the act on an episode. */
function entryOf({ ledger }: Leash, episode: SessionEpisode): LedgerEntry | undefined {
  const key = keyOfEpisode(episode);
  return ledger.entries.findLast((entry) => entry.episode === key);
}
