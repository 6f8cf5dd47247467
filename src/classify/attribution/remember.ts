import type { Backend } from "../../observe/snapshot.ts";
import { backendKey } from "../backend-key.ts";
import { knownCommentKeys, type CommentKeys } from "./comment-keys.ts";
import { keysOfStatement, redactedStatement } from "./statement.ts";

/** What is known of a session's statements. */
export type Attribution = {
  /** Of the last statement read; a statement is read once. */
  readonly queryStart: string | null;
  readonly redactedStatement: string | null;
  /**
   * Of the last statement that carried any: `BEGIN` and `COMMIT` carry none, the one before them may. They then tell
   * who used the session before; a pool may have handed it on since.
   */
  readonly commentKeys: CommentKeys;
  /** The statement that carried them, by its start, and that of its transaction; `null` where none did. */
  readonly keysReadIn: Pick<Backend, "queryStart" | "xactStart"> | null;
  /** The configured keys it was read with: after a reload it is read anew. */
  readonly configuredKeys: readonly string[];
};

/** By `backendKey`. Bounded by the candidates of one look. */
export type Attributions = ReadonlyMap<string, Attribution>;

const noKeys: CommentKeys = new Map();

/** What a session is known by that was never read. */
export const unattributed: Attribution = {
  queryStart: null,
  redactedStatement: null,
  commentKeys: noKeys,
  keysReadIn: null,
  configuredKeys: [],
};

/**
 * Reads the statements of a look, and keeps what the sessions said before where they now say nothing. Of the keys in
 * comments it reads, and keeps, the known ones and the `configured` ones.
 */
export function attributionsOf(
  candidates: readonly Backend[],
  before: Attributions,
  configured: readonly string[],
): Attributions {
  return new Map(
    candidates.map((backend) => {
      const key = backendKey(backend.id);
      return [key, attributionOf(backend, readWith(configured, before.get(key) ?? unattributed), configured)];
    }),
  );
}

/** What is known as it would be, had it been read with these keys: one that is no longer configured is not kept. */
function readWith(configured: readonly string[], before: Attribution): Attribution {
  const { configuredKeys, commentKeys } = before;
  const isSame =
    configured.length === configuredKeys.length && configured.every((key) => configuredKeys.includes(key));
  if (isSame) return before;
  const kept = [...commentKeys].filter(([key]) => knownCommentKeys.has(key) || configured.includes(key));
  return { ...before, queryStart: null, commentKeys: new Map(kept), configuredKeys: configured };
}

/**
 * Whether the keys are of the transaction, or of the statement, that the session is in. A fastpath call shows the statement
 * before it, so that only its transaction counts.
 */
export function hasCurrentKeys(
  { queryStart, xactStart, state }: Pick<Backend, "queryStart" | "xactStart" | "state">,
  { keysReadIn }: Pick<Attribution, "keysReadIn">,
): boolean {
  if (keysReadIn === null) return false;
  if (xactStart !== null && xactStart === keysReadIn.xactStart) return true;
  if (state === "fastpath function call") return false;
  return queryStart !== null && queryStart === keysReadIn.queryStart;
}

function attributionOf(
  { queryStart, xactStart, statement }: Backend,
  before: Attribution,
  configured: readonly string[],
): Attribution {
  if (statement === null || (queryStart !== null && before.queryStart === queryStart)) return before;
  const keys = keysOfStatement(statement, configured);
  return {
    queryStart,
    redactedStatement: redactedStatement(statement),
    ...(keys.size === 0
      ? { commentKeys: before.commentKeys, keysReadIn: before.keysReadIn }
      : { commentKeys: keys, keysReadIn: { queryStart, xactStart } }),
    configuredKeys: configured,
  };
}
