/** Whether a rendered page may still be shown. */
export type Freshness = {
  /** It is rendered from here on: by what is known now. */
  readonly begin: () => void;
  readonly end: () => void;
  /** Something in it changed: it may be shown for a moment more. */
  readonly age: () => void;
  /** It may not be shown any more. */
  readonly drop: () => void;
  readonly isFresh: () => boolean;
};

/** What a page says is at most so old, where something changed since. */
const OLDEST_SECONDS = 1;

/** So that pages take a tenth of the time at most, as long as that makes none too old: with hundreds of servers something always changes. */
const KEPT_TIMES = 10;

/** `now` is a steady clock, in seconds. */
export function createFreshness(now: () => number): Freshness {
  let state: "fresh" | "aged" | "dropped" = "dropped";
  let [begunSeconds, keptSeconds] = [0, 0];
  return {
    begin() {
      state = "fresh";
      begunSeconds = now();
      keptSeconds = OLDEST_SECONDS;
    },
    end: () => void (keptSeconds = Math.min(OLDEST_SECONDS, KEPT_TIMES * (now() - begunSeconds))),
    age() {
      if (state === "fresh") state = "aged";
    },
    drop: () => void (state = "dropped"),
    isFresh: () => state === "fresh" || (state === "aged" && now() - begunSeconds < keptSeconds),
  };
}
