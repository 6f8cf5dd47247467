import type { ActedOn, Grounds, LedgerEntry } from "./ledger.ts";
import { fromAnyClient, holderKeyOf, type Holder } from "./target.ts";

/** How many sessions a holder has now; one without a client address, from all clients. */
export type SessionsOf = (holder: Holder) => number;

/** How many leaks a holder still has that are open; one without a client address, from all clients. */
export type LeaksOf = (holder: Holder) => number;

type Breadth = ActedOn["breadth"];

/**
 * Whose sessions are counted together, the narrowest first. A leak that spreads over many clients comes back to each of
 * them after one act, and one whose clients change comes back to none of them: so all clients of an application are
 * counted, too.
 */
const breadths: readonly Breadth[] = ["holder", "application", "everybody"];

/** Those of the acts after which the sessions of those acted on are as many as before; `null` where they became fewer. */
export function futileGrounds(
  acts: readonly LedgerEntry[],
  { leastActs, sessionsOf }: { readonly leastActs: number; readonly sessionsOf: SessionsOf },
): Grounds | null {
  const enough = breadths.flatMap((breadth) =>
    groupedBy(breadth, acts)
      .filter((group) => group.length >= leastActs)
      .map((group) => groundsOf(breadth, group, sessionsOf)),
  );
  return enough.find(({ sessionsBefore, sessionsAfter }) => sessionsAfter >= sessionsBefore) ?? null;
}

/**
 * Why a breaker that is open for futile acts opens anew after a trial that worked; `null` where the sessions became fewer.
 * Whoever it opened for must have fewer than before those acts, or what is tried on others would close it for them. Their
 * number at the trial would not do: it is low already where they have recovered since. Where it was tried on them, the
 * number at the trial is the newer one of the same kind. Once they have no leak left they have recovered, however many
 * sessions a healthy pool of theirs keeps: then nothing is left that acts on them could make fewer.
 */
export function groundsAfterTrial(
  opened: Grounds | null,
  trial: LedgerEntry,
  { sessionsOf, leaksOf }: { readonly sessionsOf: SessionsOf; readonly leaksOf: LeaksOf },
): Grounds | null {
  const ofTrial = futileGrounds([trial], { leastActs: 1, sessionsOf });
  const other = opened === null ? null : otherThan(trial.holder, opened.actedOn);
  if (opened === null || other === null) return ofTrial;
  const sessionsAfter = sessionsOf(other);
  const areFewer = sessionsAfter < opened.sessionsBefore;
  return areFewer || leaksOf(other) === 0 ? ofTrial : { ...opened, sessionsAfter };
}

/** Whoever was acted on, if not this holder. Nobody knows any more who all were: each one stands for them. */
function otherThan(holder: Holder, whom: ActedOn): Holder | null {
  if (whom.breadth === "everybody") return null;
  const other = whom.breadth === "holder" ? whom.holder : { ...whom.application, clientAddr: null };
  return keyOf(whom.breadth, other) === keyOf(whom.breadth, holder) ? null : other;
}

/** All of these acts, whatever came of them, told of the narrowest who were acted on. */
export function groundsOfAll(acts: readonly LedgerEntry[], sessionsOf: SessionsOf): Grounds {
  const breadth = breadths.find((one) => groupedBy(one, acts).length === 1) ?? "everybody";
  return groundsOf(breadth, acts, sessionsOf);
}

/** Everybody is the sum of their applications: what others do whom nobody acted on tells nothing of the acts. */
function groundsOf(breadth: Breadth, acts: readonly LedgerEntry[], sessionsOf: SessionsOf): Grounds {
  const isOfHolder = breadth === "holder";
  const each = groupedBy(isOfHolder ? "holder" : "application", acts);
  const firsts = each.flatMap(([first]) => first ?? []);
  const before = firsts.map((first) => (isOfHolder ? first.holderSessions : first.applicationSessions));
  const after = firsts.map(({ holder }) => sessionsOf(isOfHolder ? holder : fromAnyClient(holder)));
  return {
    actedOn: actedOn(breadth, firsts),
    acts: acts.length,
    sessionsBefore: sumOf(before),
    sessionsAfter: sumOf(after),
  };
}

function actedOn(breadth: Breadth, [first]: readonly LedgerEntry[]): ActedOn {
  if (breadth === "everybody" || first === undefined) return { breadth: "everybody" };
  const { usename, applicationName } = first.holder;
  // Where looks do not tell clients apart, what is counted of a holder are the sessions of all of them.
  if (breadth === "application" || first.holderSessions === first.applicationSessions)
    return { breadth: "application", application: { usename, applicationName } };
  return { breadth: "holder", holder: first.holder };
}

function keyOf(breadth: Breadth, holder: Holder): string {
  if (breadth === "everybody") return breadth;
  return holderKeyOf(breadth === "holder" ? holder : fromAnyClient(holder));
}

function groupedBy(breadth: Breadth, acts: readonly LedgerEntry[]): readonly (readonly LedgerEntry[])[] {
  const found = new Map<string, LedgerEntry[]>();
  for (const act of acts) {
    const key = keyOf(breadth, act.holder);
    found.set(key, [...(found.get(key) ?? []), act]);
  }
  return [...found.values()];
}

function sumOf(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}
