/** What was seen of one server, from time to time: when the last look succeeded, in epoch seconds, and how many there were. */
export type SeenLooks = readonly { readonly seconds: number; readonly looks: number }[];

/** How the looks at one server kept their schedule. */
export type Punctuality = {
  /** How much later than the most punctual of them each look was over, in seconds. */
  readonly delays: readonly number[];
  /** Looks that should have been between the first and the last that were seen, and were not. */
  readonly missing: number;
};

/** Looks are due every so many seconds, nobody says when: the most punctual one tells. */
export function punctuality(seen: SeenLooks, everySeconds: number): Punctuality {
  const distinct = [...new Map(seen.map((one) => [one.seconds, one])).values()];
  const [first = { seconds: 0, looks: 0 }] = distinct;
  const last = distinct.at(-1) ?? first;
  const turnOf = (seconds: number): number => Math.round((seconds - first.seconds) / everySeconds);
  const offsets = distinct.map(({ seconds }) => seconds - turnOf(seconds) * everySeconds);
  const earliest = Math.min(...offsets);
  return {
    delays: offsets.map((offset) => offset - earliest),
    missing: turnOf(last.seconds) - (last.looks - first.looks),
  };
}

/** The value below which this share of the values lies. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}
