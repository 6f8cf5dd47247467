import { createFreshness, type Freshness } from "./freshness.ts";

/** A page that is rendered for all who ask, until it is not fresh any more. */
export type RenderedPage<Page> = { readonly get: () => Promise<Page> } & Pick<Freshness, "age" | "drop">;

/**
 * Renders one page after another: while one is being made, all who want a newer one share the next. So no number of requests makes
 * more work than one page after the other. `now` is a steady clock, in seconds.
 */
export function renderInTurn<Page>(render: () => Promise<Page>, now: () => number): RenderedPage<Page> {
  const freshness = createFreshness(now);
  let last: Promise<Page> | null = null;
  let next: Promise<Page> | null = null;

  function begin(): Promise<Page> {
    next = null;
    freshness.begin();
    last = render().finally(freshness.end);
    return last;
  }

  return {
    get() {
      if (last === null) return begin();
      if (freshness.isFresh()) return last;
      next ??= last.then(begin, begin);
      return next;
    },
    age: freshness.age,
    drop: freshness.drop,
  };
}
