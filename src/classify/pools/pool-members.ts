import type { Backend } from "../../observe/snapshot.ts";
import type { CommentKeys } from "../attribution/comment-keys.ts";
import { unattributed, type Attributions } from "../attribution/remember.ts";
import { backendKey } from "../backend-key.ts";
import type { Finding } from "../finding.ts";
import type { Harm } from "../harm.ts";
import { poolKeyOf } from "./pool-sighting.ts";
import type { DeclaredPool } from "./pool.ts";

/** What is known of the single sessions of a pool. */
export type PoolMembers = {
  /** Of those that are suspects by themselves. */
  readonly harms: readonly Harm[];
  /** Of those that are quiet: who still moves is in use, and tells where work is done, not where sessions leak. */
  readonly commentKeys: readonly CommentKeys[];
};

/** What single sessions are known by. */
type Knowing = {
  readonly declared: readonly DeclaredPool[];
  readonly backendFindings: readonly Finding[];
  readonly attributions: Attributions;
  /** From this age on, a session that is not active counts as quiet. */
  readonly quietSeconds: number;
};

/** The candidates that are in these pools, by the key of the pool. Each is put into its pool once, however many there are. */
export function membersByPool(
  candidates: readonly Backend[],
  poolKeys: ReadonlySet<string>,
  { declared, backendFindings, attributions, quietSeconds }: Knowing,
): ReadonlyMap<string, PoolMembers> {
  const found = new Map<string, { readonly harms: Harm[]; readonly commentKeys: CommentKeys[] }>();
  if (poolKeys.size === 0) return found;
  const harms = harmsByBackend(backendFindings);
  for (const backend of candidates) {
    const poolKey = poolKeyOf(backend, declared);
    if (!poolKeys.has(poolKey)) continue;
    const pool = found.get(poolKey) ?? { harms: [], commentKeys: [] };
    found.set(poolKey, pool);
    const key = backendKey(backend.id);
    const harm = harms.get(key);
    if (harm !== undefined) pool.harms.push(harm);
    if (isQuiet(backend, quietSeconds))
      pool.commentKeys.push((attributions.get(key) ?? unattributed).commentKeys);
  }
  return found;
}

function harmsByBackend(findings: readonly Finding[]): ReadonlyMap<string, Harm> {
  return new Map(
    findings.flatMap(({ subject, subjectKey, findings: { harm }, opens }) =>
      opens && "backend" in subject ? [[subjectKey, harm] as const] : [],
    ),
  );
}

const restingStates: ReadonlySet<Backend["state"]> = new Set([
  "idle",
  "idle in transaction",
  "idle in transaction (aborted)",
]);

/** As the look counts the quiet sessions of a group. */
function isQuiet({ state, stateSeconds }: Backend, quietSeconds: number): boolean {
  return restingStates.has(state) && stateSeconds !== null && stateSeconds >= quietSeconds;
}
