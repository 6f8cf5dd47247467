import type { Finding } from "../finding.ts";
import { poolKeyOf } from "./pool-sighting.ts";
import type { DeclaredPool } from "./pool.ts";

/**
 * The findings on single sessions, without those that only rest in a pool that this look names: it says of them all,
 * and with more right, that they are too many. Every other kind tells something of a session that its pool does not.
 */
export function apartFromPools(
  backendFindings: readonly Finding[],
  poolFindings: readonly Finding[],
  declared: readonly DeclaredPool[],
): readonly Finding[] {
  const named = new Set(poolFindings.map(({ subjectKey }) => subjectKey));
  if (named.size === 0) return backendFindings;
  return backendFindings.filter(
    ({ subject }) => subject.kind !== "idle_too_long" || !named.has(poolKeyOf(subject.backend, declared)),
  );
}
