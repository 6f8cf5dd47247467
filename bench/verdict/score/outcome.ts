import { isSeparable, type Label, type Who } from "../labels/label.ts";
import { peerFiresAt, peers } from "../peers/peers.ts";
import type { View } from "../peers/rule.ts";
import type { Named, Recording, Tick } from "../recorder/recording.ts";

/** What somebody said of a scenario: that it leaks, and how long after it began; or nothing. */
export type Said = {
  readonly leaks: boolean;
  /** From when it stood to the first verdict, by the fast clock; `null` without one. */
  readonly afterSeconds: number | null;
  /** As what, where it was said. */
  readonly as: string | null;
};

/** How many sessions a program has leaked, how many of these pgleash called so, and how many others. */
export type Sessions = { readonly leaked: number; readonly named: number; readonly wronged: number };

/** One scenario on one major. */
export type Outcome = {
  readonly label: Label;
  readonly major: string;
  readonly isSeparable: boolean;
  /** What pgleash said of single sessions; `null` where the program does not tell which ones leak. */
  readonly sessions: Sessions | null;
  /** By judge: `pgleash`, and the names of the peers. */
  readonly said: ReadonlyMap<string, Said>;
};

export const OWN_NAME = "pgleash";

/** All judges, in the order of the tables. */
export const judges: readonly string[] = [OWN_NAME, ...peers.map(({ name }) => name)];

const nothing: Said = { leaks: false, afterSeconds: null, as: null };

/**
 * What was said of one scenario; `null` where none of its sessions was ever seen. pgleash saw everybody at once; each peer is
 * shown the rows of the scenario alone, so that whatever it says is about that. Pure.
 */
export function outcomeOf(
  label: Label,
  recording: Recording,
  {
    major,
    stoodAt,
    pids,
  }: { readonly major: string; readonly stoodAt: number | null; readonly pids: readonly number[] | null },
): Outcome | null {
  const views = viewsOf(label.who, recording);
  const begunAt = stoodAt ?? firstSession(views);
  if (begunAt === null) return null;
  const own = recording.map(({ atSeconds, named }) => ({
    atSeconds,
    named: named.filter((one) => isOf(label.who, one)),
  }));
  const said = new Map([[OWN_NAME, ownVerdict(label, own, begunAt)]]);
  for (const peer of peers) {
    const at = peerFiresAt(peer, views);
    said.set(peer.name, at === null ? nothing : { leaks: true, afterSeconds: at - begunAt, as: null });
  }
  const sessions = sessionsOf(label, own, pids);
  return { label, major, isSeparable: isSeparable(label, major), sessions, said };
}

/** A pool and a prepared transaction are named as a whole: of them no session is expected. */
function sessionsOf(
  { leak }: Label,
  own: readonly Pick<Tick, "named">[],
  told: readonly number[] | null,
): Sessions | null {
  const pids = leak === null ? [] : told;
  if (pids === null) return null;
  const leaked = own.flatMap(({ named }) => named.filter(({ severity }) => severity === "leaked"));
  const named = new Set(leaked.flatMap(({ pid }) => pid ?? []));
  const wronged = [...named].filter((pid) => !pids.includes(pid)).length;
  if (leak === null || leak.kind === "pool_overgrown" || leak.kind === "prepared_transaction")
    return { leaked: 0, named: 0, wronged };
  return { leaked: pids.length, named: pids.filter((pid) => named.has(pid)).length, wronged };
}

/**
 * Of a leak, the first look that called it leaked with the right kind and harm; where none did, what it was called instead
 * counts as not found. Of honest work, the first look that called any of it leaked.
 */
function ownVerdict(
  { leak }: Label,
  own: readonly Pick<Tick, "atSeconds" | "named">[],
  begunAt: number,
): Said {
  const calls = own.flatMap(({ atSeconds, named }) =>
    named.filter(({ severity }) => severity === "leaked").map((one) => ({ atSeconds, ...one })),
  );
  const right = calls.find(({ kind, harm }) => leak === null || (kind === leak.kind && harm === leak.harm));
  const call = right ?? calls[0];
  if (call === undefined) return nothing;
  const as = `${call.kind}, ${call.harm}`;
  return right === undefined
    ? { leaks: false, afterSeconds: null, as }
    : { leaks: true, afterSeconds: call.atSeconds - begunAt, as };
}

function isOf({ usename, applicationName }: Who, one: Pick<Named, "usename" | "applicationName">): boolean {
  return one.usename === usename && (applicationName === null || one.applicationName === applicationName);
}

/** From the first look that saw any of it. */
function viewsOf(who: Who, recording: Recording): readonly View[] {
  const views = recording.map(({ atSeconds, rows, prepared }) => ({
    atSeconds,
    rows: rows.filter((row) => isOf(who, row)),
    prepared: who.applicationName === null ? prepared.filter(({ owner }) => owner === who.usename) : [],
  }));
  const first = views.findIndex(({ rows, prepared }) => rows.length + prepared.length > 0);
  return first < 0 ? [] : views.slice(first);
}

function firstSession(views: readonly View[]): number | null {
  const starts = views
    .slice(0, 1)
    .flatMap(({ rows, prepared }) => [
      ...rows.flatMap(({ backendStart }) => backendStart ?? []),
      ...prepared.map(({ preparedAt }) => preparedAt),
    ]);
  return starts.length === 0 ? null : Math.min(...starts);
}
