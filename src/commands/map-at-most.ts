/** How many servers a command asks at once. Of hundreds some may be dead: they would take all places of a smaller number. */
export const SERVERS_AT_ONCE = 50;

/** Does the work for each item, at most so many at once, and resolves with what came of it in their order. */
export async function mapAtMost<Item, Result>(
  most: number,
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const results = new Map<number, Result>();
  const waiting = items.entries();
  const worker = async (): Promise<void> => {
    for (const [index, item] of waiting) results.set(index, await work(item));
  };
  await Promise.all(Array.from({ length: Math.min(most, items.length) }, worker));
  return [...results].toSorted(([one], [other]) => one - other).map(([, result]) => result);
}
