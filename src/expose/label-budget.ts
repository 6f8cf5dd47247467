/** Names and values of labels. */
export type Labels = Readonly<Record<string, string>>;

/** Who holds a session, as label values. Users control all three, so their number is bounded. */
export type Who = { readonly datname: string; readonly usename: string; readonly application_name: string };

/** Which label sets are shown under their own names. */
export type LabelBudget = {
  /**
   * When each was last wanted (epoch seconds, server's clock). An admitted set stays for a while after it is gone, so that series
   * do not come and go with the ranking.
   */
  readonly admitted: ReadonlyMap<string, number>;
  /** How many different ones were wanted by the last look, and not admitted. */
  readonly foldedSets: number;
};

/** Nobody was admitted yet. */
export const emptyBudget: LabelBudget = { admitted: new Map(), foldedSets: 0 };

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
  for (const { labels, weight } of wanted) {
    const key = keyOf(labels);
    weights.set(key, (weights.get(key) ?? 0) + weight);
  }

  const staying = [...budget.admitted]
    .map(([key, lastSeconds]): [string, number] => [key, weights.has(key) ? nowSeconds : lastSeconds])
    .filter(([, lastSeconds]) => nowSeconds - lastSeconds <= STAY_SECONDS)
    .slice(0, limit);
  const admitted = new Map(staying);
  const newcomers = [...weights]
    .filter(([key]) => !admitted.has(key))
    .toSorted(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  for (const [key] of newcomers.slice(0, limit - admitted.size)) admitted.set(key, nowSeconds);
  const shown = [...weights.keys()].filter((key) => admitted.has(key));
  return { admitted, foldedSets: weights.size - shown.length };
}

/** The labels to show: those wanted, or those of all the others. */
export function shownAs<Set extends Labels>(budget: LabelBudget, wanted: Set, others: Set): Set {
  return budget.admitted.has(keyOf(wanted)) ? wanted : others;
}

/** A key of the values alone, in their order. Their lengths keep values apart that run into each other: users control them. */
export function keyOf(labels: Labels): string {
  let key = "";
  for (const value of Object.values(labels)) key += `${value.length}:${value}`;
  return key;
}
