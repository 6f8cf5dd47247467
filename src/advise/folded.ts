/** Values by key, so many at most: what comes for further keys is added up. Who came first stays. */
export type Folded<Value> = {
  readonly own: ReadonlyMap<string, Value>;
  /** Of all further keys together; `null` while there are none. */
  readonly others: Value | null;
};

/** What becomes of the value of a key; `null` where it has none yet. */
export type Change<Value, News> = (before: Value | null, news: News, key: string) => Value;

/** Of no keys. */
export function nothingFolded<Value>(): Folded<Value> {
  return { own: new Map(), others: null };
}

/** After the news of each key, one by one; the same value where there is none. Pure. */
export function afterNews<Value, News>(
  before: Folded<Value>,
  news: readonly (readonly [key: string, news: News])[] | ReadonlyMap<string, News>,
  { most, change }: { readonly most: number; readonly change: Change<Value, News> },
): Folded<Value> {
  if (("size" in news ? news.size : news.length) === 0) return before;
  const own = new Map(before.own);
  let { others } = before;
  for (const [key, one] of news) {
    const known = own.get(key);
    if (known !== undefined || own.size < most) own.set(key, change(known ?? null, one, key));
    else others = change(others, one, key);
  }
  return { own, others };
}
