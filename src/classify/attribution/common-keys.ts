import type { CommentKeys } from "./comment-keys.ts";

/** Differs from statement to statement, and so says nothing of many. */
const ofOneStatement: ReadonlySet<string> = new Set(["traceparent", "line"]);

/** The place itself comes first: what else sessions say is only believed of those that come from there. */
const placeKeys = ["route", "controller", "action", "job"] as const;

/** So many sessions may speak for a pool of which most name no place. */
const FEW_SESSIONS = 3;

/**
 * What more than half of the sessions that name a place say together, each of them all of it; where they agree on none,
 * what more than half of all sessions that say anything do. So no value of one session stands beside a value of another,
 * and what is disputed is left out. A driver or a framework names no place: who says only that has no say in it. But
 * one or two sessions among many are not enough. Empty where nothing is agreed on.
 */
export function commonKeys(said: readonly CommentKeys[]): CommentKeys {
  const origins = said.map(originOf).filter(({ size }) => size > 0);
  const placed = origins.filter((origin) => placeKeys.some((key) => origin.has(key)));
  const fewest = Math.min(FEW_SESSIONS, majorityOf(origins));
  const place = agreedOn(placed, placeKeys, Math.max(fewest, majorityOf(placed)));
  const [speaking, agreeing] = place.keys.size > 0 ? [placed, place.sayers] : [origins, origins];
  const others = new Set(agreeing.flatMap((origin) => [...origin.keys()]).toSorted());
  for (const key of placeKeys) others.delete(key);
  const rest = agreedOn(agreeing, others, Math.max(fewest, majorityOf(speaking)));
  return new Map([...place.keys, ...rest.keys]);
}

function originOf(keys: CommentKeys): CommentKeys {
  return new Map([...keys].filter(([key]) => !ofOneStatement.has(key)));
}

function majorityOf(sessions: readonly unknown[]): number {
  return Math.floor(sessions.length / 2) + 1;
}

/** One key after the other, and only of those that agree so far. A majority of all: never two values of a key. */
function agreedOn(
  origins: readonly CommentKeys[],
  keys: Iterable<string>,
  fewest: number,
): { readonly keys: CommentKeys; readonly sayers: readonly CommentKeys[] } {
  const common = new Map<string, string>();
  let agreeing = origins;
  for (const key of keys) {
    for (const [value, sayers] of byValue(agreeing, key)) {
      if (sayers.length < fewest) continue;
      common.set(key, value);
      agreeing = sayers;
      break;
    }
  }
  return { keys: common, sayers: agreeing };
}

function byValue(origins: readonly CommentKeys[], key: string): ReadonlyMap<string, CommentKeys[]> {
  const sayers = new Map<string, CommentKeys[]>();
  for (const origin of origins) {
    const value = origin.get(key);
    if (value === undefined) continue;
    const saying = sayers.get(value) ?? [];
    saying.push(origin);
    sayers.set(value, saying);
  }
  return sayers;
}
