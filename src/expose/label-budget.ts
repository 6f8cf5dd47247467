/** Names and values of labels. */
export type Labels = Readonly<Record<string, string>>;

/** Who holds a session, as label values. Users control all three, so their number is bounded. */
export type Who = { readonly datname: string; readonly usename: string; readonly application_name: string };

/**
 * The label sets that are shown under their own names, with when each was last wanted (epoch seconds, server's clock).
 * An admitted set stays for a while after it is gone, so that series do not come and go with the ranking.
 */
export type LabelBudget = ReadonlyMap<string, number>;

/** Label sets that want to be shown, by how much each counts. All of one budget have the same labels in one order. */
export type Wanted = readonly { readonly labels: Labels; readonly weight: number }[];

/** How long an admitted label set outlives its last session. */
const STAY_SECONDS = 3600;

/** What stands for every value that is beyond the budget. */
export const other = "…other";

/**
 * Everybody else. PostgreSQL rewrites what is not ASCII in `application_name`, so no application can have this name.
 */
export const everybodyElse: Who = { datname: other, usename: other, application_name: other };

/** Admits the heaviest of those wanted to the free places. Pure. */
export function admit(budget: LabelBudget, wanted: Wanted, nowSeconds: number, limit: number): LabelBudget {
  const weights = new Map<string, number>();
  for (const { labels, weight } of wanted)
    weights.set(keyOf(labels), (weights.get(keyOf(labels)) ?? 0) + weight);

  const staying = [...budget]
    .map(([key, lastSeconds]): [string, number] => [key, weights.has(key) ? nowSeconds : lastSeconds])
    .filter(([, lastSeconds]) => nowSeconds - lastSeconds <= STAY_SECONDS)
    .slice(0, limit);
  const admitted = new Map(staying);
  const newcomers = [...weights]
    .filter(([key]) => !admitted.has(key))
    .toSorted(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  for (const [key] of newcomers.slice(0, limit - admitted.size)) admitted.set(key, nowSeconds);
  return admitted;
}

/** The labels to show: those wanted, or those of all the others. */
export function shownAs<Set extends Labels>(budget: LabelBudget, wanted: Set, others: Set): Set {
  return budget.has(keyOf(wanted)) ? wanted : others;
}

/** How many different label sets are not shown under their own names. */
export function foldedSets(budget: LabelBudget, wanted: readonly Labels[]): number {
  return new Set(wanted.map(keyOf).filter((key) => !budget.has(key))).size;
}

function keyOf(labels: Labels): string {
  return JSON.stringify(Object.values(labels));
}
