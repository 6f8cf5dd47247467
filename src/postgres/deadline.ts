/** How many seconds are left, 0 or less when none are. One deadline spans all round trips of a look. */
export type Deadline = { remainingSeconds(): number };

/** A deadline so many seconds from now, by a clock that nobody sets. */
export function startDeadline(seconds: number): Deadline {
  const endsMs = performance.now() + seconds * 1000;
  return { remainingSeconds: () => (endsMs - performance.now()) / 1000 };
}
