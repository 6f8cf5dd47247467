import { formatAge } from "../readable-time.ts";
import { differenceOf, type OtherAction } from "../record/difference.ts";
import { actsOf, type PolicyReplay } from "../record/policy-replay.ts";
import { MOST_ACTS, type ServerReplay } from "../record/server-replay.ts";
import type { Unrecorded } from "../record/unrecorded.ts";
import type { WouldAct } from "../record/would-act.ts";
import { timeText } from "../time-text.ts";
import { replayTable } from "./replay-table.ts";

/**
 * What a policy would have done with a recording, as lines: a table, a summary, and what tells it apart from a second
 * policy, where there is one. The text is untrusted.
 */
export function replayText(tried: PolicyReplay, against: PolicyReplay | null): readonly string[] {
  const acts = actsOf(tried);
  const table = replayTable(acts, tried.servers.size > 1);
  const blank = table.length > 0 ? [""] : [];
  if (against === null) return [...table, ...blank, ...summaryOf(tried)];
  const { onlyNew, onlyOld, otherAction } = differenceOf(acts, actsOf(against));
  return [
    ...table,
    ...blank,
    ...[tried, against].flatMap((one) => [`${one.file}:`, ...summaryOf(one), ""]),
    ...only(tried, onlyNew),
    ...only(against, onlyOld),
    ...otherActions(otherAction, { tried, against }),
  ];
}

/** Whom both would act on is shown once. */
function otherActions(
  others: readonly OtherAction[],
  { tried, against }: { readonly tried: PolicyReplay; readonly against: PolicyReplay },
): readonly string[] {
  if (others.length === 0) return [];
  const rows = others.map(({ act, old }) => ({ ...act, action: `${act.action}, not ${old.action}` }));
  return [
    `other action under ${tried.file} than under ${against.file}:`,
    ...replayTable(rows, tried.servers.size > 1),
  ];
}

function only({ file, servers }: PolicyReplay, acts: readonly WouldAct[]): readonly string[] {
  if (acts.length === 0) return [`only under ${file}: nobody`];
  return [`only under ${file}:`, ...replayTable(acts, servers.size > 1)];
}

function summaryOf({ servers }: PolicyReplay): readonly string[] {
  return [...servers].flatMap(([server, replay]) => sentencesOf(replay).map((text) => `${server}: ${text}`));
}

function sentencesOf(replay: ServerReplay): readonly string[] {
  const { looks, fromSeconds, toSeconds, suspected, leaked, acts, overBudget } = replay;
  const { pooledLooks, unprivilegedLooks } = replay;
  const count = sumOf(replay.actsByRule);
  const span = `${timeText(fromSeconds)} to ${timeText(toSeconds)} (${formatAge(toSeconds - fromSeconds)})`;
  return [
    `${plural(looks, "look")}, ${span}; ${plural(suspected, "suspect")}, ${leaked} of them leaked`,
    count === 0
      ? "the policy would have ended nobody"
      : `the policy would have acted ${plural(count, "time")}: ${countsText(replay.actsByRule)}`,
    ...(count > acts.length ? [`the table holds the first ${MOST_ACTS} of them`] : []),
    ...(replay.announced > 0 ? [`announced ${replay.announced}, withdrawn ${replay.withdrawn}`] : []),
    ...(replay.spared.size > 0
      ? [`spared, each suspect once for each reason: ${countsText(replay.spared)}`]
      : []),
    ...(overBudget > 0
      ? [`the budget held somebody back at ${plural(overBudget, "look")}: ${countsText(replay.overBudgetBy)}`]
      : []),
    ...(pooledLooks > 0
      ? [`at ${plural(pooledLooks, "look")} a pooler sat in between (pooled): nobody could have been ended`]
      : []),
    ...(unprivilegedLooks > 0
      ? [
          `at ${plural(unprivilegedLooks, "look")} our role was no member of pg_signal_backend (no_privilege): nobody could have been ended`,
        ]
      : []),
    ...[...replay.unrecorded].map((kind) => unrecordedTexts[kind]),
  ];
}

const unrecordedTexts: Readonly<Record<Unrecorded, string>> = {
  idle_in_transaction: youngerText("idle in a transaction"),
  active: youngerText("active"),
  transaction: youngerText("in a transaction"),
  never_used: youngerText("idle and never used"),
  idle: youngerText("idle"),
  quiet: "the recording counts other sessions as quiet: what is said of pools goes by its thresholds",
  clients: "the recording does not tell clients apart: pools per client count as one",
};

function youngerText(what: string): string {
  return `the recording lacks sessions that were ${what}, and that this configuration would name: it began later to look at them`;
}

/** The most frequent first. */
function countsText(counts: ReadonlyMap<string, number>): string {
  const sorted = [...counts].toSorted(([, a], [, b]) => b - a);
  return sorted.map(([name, count]) => `${name} ${count}`).join(", ");
}

function sumOf(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((sum, count) => sum + count, 0);
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
