/** Who holds a session, as label values. Users control all three, so their number is bounded. */
export type Who = { readonly datname: string; readonly usename: string; readonly application_name: string };

/**
 * The label sets that are shown under their own names, with when each was last wanted (epoch seconds, server's clock).
 * An admitted set stays for a while after it is gone, so that series do not come and go with the ranking.
 */
export type LabelBudget = ReadonlyMap<string, number>;

/** How long an admitted label set outlives its last session. */
const STAY_SECONDS = 3600;

/**
 * Everybody else. PostgreSQL rewrites what is not ASCII in `application_name`, so no application can have this name.
 */
export const everybodyElse: Who = { datname: "…other", usename: "…other", application_name: "…other" };

/** Admits the heaviest of those wanted to the free places. Pure. */
export function admit(
  budget: LabelBudget,
  wanted: readonly { readonly who: Who; readonly weight: number }[],
  nowSeconds: number,
  limit: number,
): LabelBudget {
  const weights = new Map<string, number>();
  for (const { who, weight } of wanted) weights.set(keyOf(who), (weights.get(keyOf(who)) ?? 0) + weight);

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

/** The labels to show for somebody: their own, or everybody else's. */
export function shownAs(budget: LabelBudget, who: Who): Who {
  return budget.has(keyOf(who)) ? who : everybodyElse;
}

function keyOf(who: Who): string {
  return JSON.stringify([who.datname, who.usename, who.application_name]);
}
