import type { CommentKeys } from "./comment-keys.ts";

/** Differs from statement to statement, and so says nothing of many. */
const ofOneStatement: ReadonlySet<string> = new Set(["traceparent", "line"]);

/** The place itself comes first: what else sessions say is only believed of those that come from there. */
const placeKeys = ["route", "controller", "action", "job"] as const;

/**
 * What more than half of the sessions that say where they come from say together, each of them all of it. So no value
 * of one session stands beside a value of another, and what is disputed is left out. Empty where nothing is agreed on.
 */
export function commonKeys(said: readonly CommentKeys[]): CommentKeys {
  const origins = said.map(originOf).filter(({ size }) => size > 0);
  const others = origins.flatMap((origin) => [...origin.keys()]).toSorted();
  const common = new Map<string, string>();
  let agreeing = origins;
  for (const key of new Set([...placeKeys, ...others])) {
    for (const [value, sayers] of byValue(agreeing, key)) {
      if (sayers.length <= origins.length / 2) continue;
      common.set(key, value);
      agreeing = sayers;
      break;
    }
  }
  return common;
}

function originOf(keys: CommentKeys): CommentKeys {
  return new Map([...keys].filter(([key]) => !ofOneStatement.has(key)));
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
