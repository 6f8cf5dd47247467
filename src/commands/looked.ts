import type { PoolUse } from "../classify/pools/pool.ts";
import type { ServerView } from "../expose/view.ts";

/** What one look at a server came to, and the declared pools that are above their size without being suspects yet. */
export type Looked = { readonly view: ServerView; readonly above: readonly PoolUse[] };
