import { formatPath } from "./issue.ts";
import type { Mistake, Path } from "./issue.ts";
import { partsOf } from "./matcher.ts";
import { FORMULA_KEYS, MOST_POOLS } from "./pools-field.ts";
import { firstPlaces, isGiven, itemPaths, repeatedTexts, serverPaths, valueAt } from "./raw-file.ts";
import type { Rule } from "./raw-file.ts";

/** The rules between the fields of pools. */
export const poolRules: readonly Rule[] = [
  everyPoolHasItsOwnName,
  notTooManyPools,
  oneWayToSayHowLarge,
  hostsAreToldApartOnDemand,
];

/** The pools of the top level are every server's, so a name of theirs is taken on each. */
function everyPoolHasItsOwnName(file: unknown): readonly Mistake[] {
  const told = {
    expected: "a name that no other pool of the server has",
    got: (first: Path) => `the name of ${formatPath(first.slice(0, -1))}`,
  };
  const common = namePaths(file, []);
  const taken = firstPlaces(file, common);
  return [
    ...repeatedTexts(file, common, told),
    ...serverPaths(file).flatMap((server) => repeatedTexts(file, namePaths(file, server), told, taken)),
  ];
}

/** A list that is too long by itself is the matter of its own field. */
function notTooManyPools(file: unknown): readonly Mistake[] {
  const common = poolPaths(file, []).length;
  return serverPaths(file).flatMap((server) => {
    const own = poolPaths(file, server).length;
    const sum = own + common;
    if (own === 0 || Math.max(own, common) > MOST_POOLS || sum <= MOST_POOLS) return [];
    const expected = `at most ${MOST_POOLS} pools, with the ${common} of the top level`;
    return [{ path: [...server, "pools"], at: "value", expected, got: `${sum}`, hint: undefined }];
  });
}

const EITHER = "either size, or workers and connections_per_worker";

/** By its size, or by the formula: never by both, and by the whole of one. What is no pool at all is its own field's matter. */
function oneWayToSayHowLarge(file: unknown): readonly Mistake[] {
  return allPools(file).flatMap((pool): readonly Mistake[] => {
    const value = valueAt(file, pool);
    if (typeof value !== "object" || value === null || Array.isArray(value)) return [];
    const [first, ...others] = FORMULA_KEYS.filter((key) => isGiven(file, [...pool, key]));
    const hasSize = isGiven(file, [...pool, "size"]);
    if (first === undefined) return hasSize ? [] : [missing(pool, "size", EITHER)];
    if (hasSize)
      return [{ path: [...pool, first], at: "key", expected: EITHER, got: "both", hint: undefined }];
    const given: readonly string[] = [first, ...others];
    const lacking = ["workers", "connections_per_worker"].filter((key) => !given.includes(key));
    return lacking.map((key) => missing(pool, key, `a whole number, because ${first} is given`));
  });
}

function missing(pool: Path, key: string, expected: string): Mistake {
  return { path: [...pool, key], at: "value", expected, got: "nothing", hint: undefined };
}

/** Client hosts are only read where a pool is declared per client: elsewhere such a matcher would mostly say no. */
function hostsAreToldApartOnDemand(file: unknown): readonly Mistake[] {
  return allPools(file).flatMap((pool) => {
    const per = valueAt(file, [...pool, "per"]);
    if (per !== undefined && per !== "all") return [];
    return itemPaths(file, [...pool, "match"]).flatMap((path): readonly Mistake[] => {
      const text = valueAt(file, path);
      if (typeof text !== "string" || partsOf(text)?.label !== "client_addr") return [];
      const hint = "write per: client, if the size holds for each client host";
      const expected = "no matcher on client_addr in a pool of all client hosts";
      return [{ path, at: "value", expected, got: "one", hint }];
    });
  });
}

function namePaths(file: unknown, place: Path): readonly Path[] {
  return poolPaths(file, place).map((pool) => [...pool, "name"]);
}

/** Of the top level and of each server. */
function allPools(file: unknown): readonly Path[] {
  return [[], ...serverPaths(file)].flatMap((place) => poolPaths(file, place));
}

function poolPaths(file: unknown, place: Path): readonly Path[] {
  return itemPaths(file, [...place, "pools"]);
}
