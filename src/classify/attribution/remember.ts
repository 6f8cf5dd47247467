import type { BackendId } from "../../observe/snapshot.ts";
import { backendKey } from "../backend-key.ts";
import { commentKeys, type CommentKeys } from "./comment-keys.ts";

/** The last statement of a session, as read at a look. `null` is SQL's null. */
export type Statement = {
  readonly id: BackendId;
  readonly queryStart: string | null;
  /** As the server shows it: maybe cut off, never to be shown as it is. */
  readonly query: string | null;
};

/**
 * What a session last said about itself, and in the statement begun when. Where that is not the session's present
 * statement, it tells who used the session before; a pool may have handed it on since.
 */
export type Attribution = { readonly queryStart: string | null; readonly keys: CommentKeys };

/** By `backendKey`. Bounded by the candidates of one look; a session that never said anything has none. */
export type Attributions = ReadonlyMap<string, Attribution>;

/** The keys of each session's last commented statement: `BEGIN` and `COMMIT` carry none, the one before them may. */
export function rememberKeys(statements: readonly Statement[], before: Attributions): Attributions {
  const attributions = new Map<string, Attribution>();
  for (const statement of statements) {
    const key = backendKey(statement.id);
    const attribution = attributionOf(statement, before.get(key));
    if (attribution !== undefined) attributions.set(key, attribution);
  }
  return attributions;
}

function attributionOf(
  { queryStart, query }: Statement,
  before: Attribution | undefined,
): Attribution | undefined {
  const isSameStatement = before !== undefined && queryStart !== null && before.queryStart === queryStart;
  if (isSameStatement || query === null) return before;
  const keys = commentKeys(query);
  return keys.size === 0 ? before : { queryStart, keys };
}
