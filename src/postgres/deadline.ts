/** How many seconds are left, 0 or less when none are. One deadline spans all round trips of a look. */
export type Deadline = { remainingSeconds(): number };

/** The same deadline, but at most so many seconds from now. */
export function shortenDeadline(deadline: Deadline, seconds: number): Deadline {
  const shorter = startDeadline(seconds);
  return { remainingSeconds: () => Math.min(deadline.remainingSeconds(), shorter.remainingSeconds()) };
}

/** A deadline so many seconds from now, by a clock that nobody sets. */
export function startDeadline(seconds: number): Deadline {
  const endsMs = performance.now() + seconds * 1000;
  return { remainingSeconds: () => (endsMs - performance.now()) / 1000 };
}
