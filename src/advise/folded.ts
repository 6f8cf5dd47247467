/** Values by key, so many at most: what comes for further keys is added up. Who came first stays. */
export type Folded<Value> = {
  readonly own: ReadonlyMap<string, Value>;
  /** Of all further keys together; `null` while there are none. */
  readonly others: Value | null;
};

/** What becomes of the value of a key; `null` where it has none yet. */
export type Change<Value> = readonly [key: string, change: (before: Value | null) => Value];

/** Of no keys. */
export function nothingFolded<Value>(): Folded<Value> {
  return { own: new Map(), others: null };
}

/** After these changes, one by one. Pure. */
export function afterChanges<Value>(
  { own: before, others: othersBefore }: Folded<Value>,
  changes: Iterable<Change<Value>>,
  most: number,
): Folded<Value> {
  const own = new Map(before);
  let others = othersBefore;
  for (const [key, change] of changes) {
    if (own.has(key) || own.size < most) own.set(key, change(own.get(key) ?? null));
    else others = change(others);
  }
  return { own, others };
}
