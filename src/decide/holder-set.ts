import { fromAnyClient, holderKeyOf, mayBeSameHolder, type Holder } from "./target.ts";

/** Holders, found by role and application: a thousand suspects under a hundred rules each ask for theirs. */
export type HolderSet = {
  readonly all: readonly Holder[];
  /** The clients of those whose role and application are known. */
  readonly clients: ReadonlyMap<string, ReadonlySet<string | null>>;
  /** Those of whom one of the two is not: they may be anybody. */
  readonly unknown: readonly Holder[];
};

/** A set of these. */
export function holderSetOf(all: readonly Holder[]): HolderSet {
  const clients = new Map<string, Set<string | null>>();
  for (const holder of all.filter(isKnown)) {
    const key = holderKeyOf(fromAnyClient(holder));
    const known = clients.get(key);
    if (known === undefined) clients.set(key, new Set([holder.clientAddr]));
    else known.add(holder.clientAddr);
  }
  return { all, clients, unknown: all.filter((holder) => !isKnown(holder)) };
}

/** The set with one more. */
export function withHolder(set: HolderSet, holder: Holder): HolderSet {
  const all = [...set.all, holder];
  if (!isKnown(holder)) return { ...set, all, unknown: [...set.unknown, holder] };
  const key = holderKeyOf(fromAnyClient(holder));
  const clients = new Set(set.clients.get(key)).add(holder.clientAddr);
  return { ...set, all, clients: new Map(set.clients).set(key, clients) };
}

/** Whether any in the set may be the same as this one: `mayBeSameHolder`. */
export function mayHold({ all, clients, unknown }: HolderSet, holder: Holder): boolean {
  if (!isKnown(holder)) return all.some((one) => mayBeSameHolder(one, holder));
  const known = clients.get(holderKeyOf(fromAnyClient(holder)));
  const isAmong =
    known !== undefined && (holder.clientAddr === null || known.has(holder.clientAddr) || known.has(null));
  return isAmong || unknown.some((one) => mayBeSameHolder(one, holder));
}

function isKnown({ usename, applicationName }: Holder): boolean {
  return usename !== null && applicationName !== null;
}
