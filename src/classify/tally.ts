import type { EpisodeEnd, EpisodeEvent } from "./episode.ts";
import type { LeakKind } from "./kind.ts";

/** Upper bounds, in seconds, of the buckets that ended episodes are counted in. */
export const durationBuckets = [30, 60, 120, 300, 600, 1800, 3600, 7200, 21600, 86400] as const;

/** A histogram as Prometheus wants it: `counts[i]` is how many lasted at most `durationBuckets[i]`. */
export type DurationHistogram = {
  readonly counts: readonly number[];
  readonly count: number;
  readonly sumSeconds: number;
};

/** What one kind has come to since this process started. Only ever grows. */
export type KindTally = {
  readonly suspected: number;
  readonly leaked: number;
  readonly ended: Readonly<Record<EpisodeEnd, number>>;
  /** Of episodes whose end was seen. */
  readonly durations: DurationHistogram;
};

export type Tally = Readonly<Record<LeakKind, KindTally>>;

const nothing: KindTally = {
  suspected: 0,
  leaked: 0,
  ended: { returned: 0, vanished: 0, terminated: 0, lost_sight: 0 },
  durations: { counts: durationBuckets.map(() => 0), count: 0, sumSeconds: 0 },
};

/** Every kind at zero. */
export const emptyTally: Tally = {
  idle_in_transaction_aborted: nothing,
  idle_in_transaction: nothing,
  stalled_client: nothing,
  stale_active: nothing,
  long_transaction: nothing,
  never_used: nothing,
  idle_too_long: nothing,
  prepared_transaction: nothing,
  pool_overgrown: nothing,
};

/** Counts what happened to episodes on one look. */
export function addEvents(tally: Tally, events: readonly EpisodeEvent[]): Tally {
  return events.reduce<Tally>((sum, event) => {
    const { kind } = event.episode;
    return { ...sum, [kind]: addEvent(sum[kind], event) };
  }, tally);
}

function addEvent(tally: KindTally, event: EpisodeEvent): KindTally {
  if (event.type !== "ended") return { ...tally, [event.type]: tally[event.type] + 1 };
  const ended = { ...tally.ended, [event.end]: tally.ended[event.end] + 1 };
  // A lost episode has no known end, and so no duration.
  const durations =
    event.end === "lost_sight" ? tally.durations : counted(tally.durations, event.episode.ageSeconds);
  return { ...tally, ended, durations };
}

function counted(histogram: DurationHistogram, seconds: number): DurationHistogram {
  return {
    counts: histogram.counts.map(
      (count, index) => count + (seconds <= (durationBuckets[index] ?? Infinity) ? 1 : 0),
    ),
    count: histogram.count + 1,
    sumSeconds: histogram.sumSeconds + seconds,
  };
}
