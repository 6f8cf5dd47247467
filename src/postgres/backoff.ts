const LONGEST_SECONDS = 30;

/**
 * How long to wait before the next attempt to connect, in seconds: doubling from one second to half a minute. `jitter`
 * (0 to 1, random) spreads it over half of that, so that many watches do not return to a server in the same instant.
 */
export function backoffSeconds(failuresInARow: number, jitter: number): number {
  const longest = Math.min(2 ** Math.max(0, failuresInARow - 1), LONGEST_SECONDS);
  return longest * (0.5 + jitter / 2);
}
