import { backendStates, type SessionGroup } from "../observe/snapshot.ts";
import type { Sample } from "./family.ts";
import { everybodyElse, shownAs, type LabelBudget } from "./label-budget.ts";
import type { Report } from "./report.ts";
import { whoOf } from "./who.ts";

/** A sample for each state: the set is closed, so every one is there from the start. */
export function byState(
  groups: readonly SessionGroup[],
  value: (inState: readonly SessionGroup[]) => number,
): readonly Sample[] {
  return backendStates.map((state) => ({
    labels: { state },
    value: value(groups.filter((group) => group.state === state)),
  }));
}

/** The greatest of the known ages, in seconds; 0 without one. */
export function oldest(ages: readonly (number | null)[]): number {
  return ages.reduce<number>((most, age) => Math.max(most, age ?? 0), 0);
}

/** How many label sets of sessions are not shown under their own names. */
export function foldedGroups({ snapshot }: Report, budget: LabelBudget): number {
  return (
    snapshot.coverage.groupsFolded +
    folded(
      snapshot.groups.filter((group) => !group.folded),
      budget,
    )
  );
}

/** How many different holders of these rows are not shown under their own names. */
export function folded(rows: readonly Parameters<typeof whoOf>[0][], budget: LabelBudget): number {
  const names = rows.map(whoOf).filter((name) => shownAs(budget, name) === everybodyElse);
  return new Set(names.map((name) => JSON.stringify(name))).size;
}
