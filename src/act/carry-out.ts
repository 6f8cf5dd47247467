import { randomUUID } from "node:crypto";
import { keyOfEpisode } from "../classify/episode-key.ts";
import { calledOff } from "../decide/call-off.ts";
import { settled } from "../decide/count.ts";
import type { Leash } from "../decide/leash.ts";
import type { LedgerEntry, Outcome } from "../decide/ledger.ts";
import type { Act, Decision, Plan } from "../decide/plan.ts";
import type { Refusal } from "../decide/permit-refusals.ts";
import type { Floors } from "../decide/policy.ts";
import type { SessionEpisode } from "../decide/target.ts";
import { startDeadline } from "../postgres/deadline.ts";
import type { Session } from "../postgres/session.ts";
import { actRecord, noticeRecord } from "./act-record.ts";
import type { Audit } from "./audit.ts";
import { endSession, unsent, type Ending } from "./end-session.ts";
import { breakerFields } from "./ledger-record.ts";

/** A plan that was decided on, with the leash before it and the one that counts its acts already. */
export type Decided = { readonly plan: Plan; readonly before: Leash; readonly leash: Leash };

export type CarryOutOptions = {
  readonly server: string;
  /** `server_version_num`. */
  readonly version: number;
  readonly floors: Floors;
  /** Without one nothing is done, and nothing is on record. */
  readonly audit: Audit | null;
  /** Asked before each act, and again right before each signal: why nothing more is sent; `null` to go on. Never throws. */
  whyStop(session: Session): Promise<Refusal | null>;
};

/** What became of one act, and what is to be said about it. */
export type Result = {
  readonly act: Act;
  readonly action: Act["action"];
  readonly outcome: Outcome;
  readonly detail: string | null;
};

/** One act is one round trip to signal, and a few to see what came of it. */
const ACT_SECONDS = 5;
const VERIFY_SECONDS = 2;

/**
 * Carries out a plan, one act after the other, each on record before and after. `session` must be the one that holds the
 * lease. Never throws for what a server or a disk does: the outcomes tell. Once somebody says stop, nothing more is sent:
 * the plan that comes back is the one that was carried out, in which the rest are spared.
 */
export async function carryOut(
  session: Session,
  { plan, before, leash: counted }: Decided,
  options: CarryOutOptions,
): Promise<{ readonly plan: Plan; readonly results: readonly Result[]; readonly leash: Leash }> {
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
    stop ??= await options.whyStop(session);
    const ending: Ending =
      stop === null ? await carryOutOne(session, decision, leash, options) : unsent(stop);
    if (ending.outcome === "called_off") {
      stop = ending.stop;
      const { spare, leash: without } = calledOff(leash, decision, { before, stop });
      leash = without;
      decisions.push(spare);
    } else {
      const { outcome, detail } = ending;
      leash = settled(leash, decision, outcome);
      decisions.push(decision);
      results.push({ act: decision, action: decision.action, outcome, detail });
    }
  }
  return { plan: { ...plan, decisions }, results, leash };
}

/** Everything that is no act: what is announced and withdrawn, what a dry run would have done, and the breaker. */
async function putOnRecord(
  { plan, before, leash }: Decided,
  { server, audit }: CarryOutOptions,
): Promise<void> {
  if (audit === null) return;
  for (const notice of plan.notices) await audit.record(noticeRecord(server, notice));
  const { breaker } = leash.ledger;
  const known = before.ledger.breaker;
  // One that a trial opened anew cools down anew, and the next process must know.
  if (breaker.state !== known.state || breaker.sinceSeconds !== known.sinceSeconds)
    await audit.record({ type: "breaker", server, ...breakerFields(breaker) });
  for (const { episode, ...decision } of plan.decisions) {
    if (decision.type !== "spare" || decision.reason !== "dry_run" || !("backend" in episode)) continue;
    const entry = entryOf(leash, episode);
    if (entry !== undefined)
      await audit.record(actRecord(entry, { id: randomUUID(), server, episode, leash }));
  }
}

async function carryOutOne(
  session: Session,
  act: Act,
  leash: Leash,
  options: CarryOutOptions,
): Promise<Ending> {
  const { server, version, floors, audit } = options;
  const { episode, rule } = act;
  const entry = entryOf(leash, episode);
  const id = randomUUID();
  const isOnRecord =
    audit !== null &&
    entry !== undefined &&
    (await audit.record(actRecord(entry, { id, server, episode, leash })));
  if (!isOnRecord) return { outcome: "failed", detail: "nothing was done: it could not be put on record" };
  const startedMs = performance.now();
  const ending = await endSession(session, act, {
    version,
    deadline: startDeadline(ACT_SECONDS),
    prepare: true,
    minAgeSeconds: Math.max(rule.minAgeSeconds, floors[episode.kind]),
    verifySeconds: VERIFY_SECONDS,
    whyStop: () => options.whyStop(session),
  });
  const about = { id, server, episode: keyOfEpisode(episode) };
  if (ending.outcome === "called_off") {
    await audit.record({ type: "called_off", ...about, ...ending.stop });
    return ending;
  }
  const seconds = Number(((performance.now() - startedMs) / 1000).toFixed(3));
  const { outcome, detail } = ending;
  await audit.record({ type: "outcome", ...about, outcome, detail, seconds });
  return ending;
}

/** The entry that counts the act on an episode. */
function entryOf({ ledger }: Leash, episode: SessionEpisode): LedgerEntry | undefined {
  const key = keyOfEpisode(episode);
  return ledger.entries.findLast((entry) => entry.episode === key);
}
