import type { View } from "./rule.ts";

/** The value of an expression for each of its label sets at one moment; a label set that is missing has no series. */
export type Vector = ReadonlyMap<string, number>;

/**
 * When an alert of Prometheus first fires: its condition has to hold for one label set at every evaluation for `forSeconds`. Where
 * it does not once, or its series is gone, it begins anew. Evaluated at each view. Pure.
 */
export function alertFiresAt(
  views: readonly View[],
  {
    vectorOf,
    holds,
    forSeconds,
  }: {
    readonly vectorOf: (view: View, index: number) => Vector;
    readonly holds: (value: number) => boolean;
    readonly forSeconds: number;
  },
): number | null {
  let pending = new Map<string, number>();
  for (const [index, view] of views.entries()) {
    const still = new Map<string, number>();
    for (const [labels, value] of vectorOf(view, index))
      if (holds(value)) still.set(labels, pending.get(labels) ?? view.atSeconds);
    if ([...still.values()].some((since) => view.atSeconds - since >= forSeconds)) return view.atSeconds;
    pending = still;
  }
  return null;
}

/** One value without labels. */
export function scalar(value: number): Vector {
  return new Map([["", value]]);
}

/** When something first holds at all, for what asks at each view and tells at once. */
export function firstAt(views: readonly View[], holds: (view: View) => boolean): number | null {
  return views.find((view) => holds(view))?.atSeconds ?? null;
}
