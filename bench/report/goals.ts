/** What shall be reached for so many sessions; for numbers between, what holds for the next smaller one. */
export type GoalBySessions = Readonly<Record<50 | 500 | 2000 | 5000, number | null>>;

/** CPU of the server, as ratios. */
export const censusOverFloor: GoalBySessions = { 50: 1.6, 500: 1.45, 2000: 1.35, 5000: 1.25 };
export const quickLookOverFloor: GoalBySessions = { 50: null, 500: 0.5, 2000: 0.35, 5000: 0.25 };
/** Quick looks every second and a whole look every 15 s, over the activity query of postgres_exporter every 15 s. */
export const minuteOverActivity: GoalBySessions = { 50: null, 500: 5, 2000: 4, 5000: 3 };
/** Of so many, and more. */
const STEPS = [5000, 2000, 500, 50] as const;

/** `null` where nothing was promised. */
export function goalFor(goals: GoalBySessions, sessions: number): { readonly atMost: number } | null {
  const step = STEPS.find((least) => sessions >= least) ?? 50;
  const atMost = goals[step];
  return atMost === null ? null : { atMost };
}
