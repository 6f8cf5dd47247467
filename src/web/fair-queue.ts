/** What waits for its turn. Owners take turns, so that whoever asks for much waits behind whoever asks for little. */
export type FairQueue<Item> = {
  /** Whether another item of this owner would wait, and not be sent away. */
  hasRoomFor(owner: string): boolean;
  /** Who waits. */
  owners(): readonly string[];
  /** Puts an item behind those of its owner. Returns what has to go: nothing, one of whoever has most, or the item itself. */
  add(owner: string, item: Item): Item | undefined;
  /** Takes out what is next. */
  take(): Item | undefined;
};

export type QueueBounds = { readonly most: number; readonly mostOfOne: number };

export function createFairQueue<Item>({ most, mostOfOne }: QueueBounds): FairQueue<Item> {
  // In the order of their turns; nobody is in it with nothing.
  const waiting = new Map<string, Item[]>();

  function countOf(owner: string): number {
    return waiting.get(owner)?.length ?? 0;
  }

  function isFull(): boolean {
    return [...waiting.values()].reduce((count, items) => count + items.length, 0) >= most;
  }

  function greediest(): string {
    return [...waiting.keys()].reduce((a, b) => (countOf(b) > countOf(a) ? b : a), "");
  }

  function hasRoomFor(owner: string): boolean {
    if (countOf(owner) >= mostOfOne) return false;
    // Where both would have as many in the end, nothing is gained.
    return !isFull() || countOf(greediest()) > countOf(owner) + 1;
  }

  return {
    hasRoomFor,
    owners: () => [...waiting.keys()],
    add(owner, item) {
      if (!hasRoomFor(owner)) return item;
      const sentAway = isFull() ? waiting.get(greediest())?.pop() : undefined;
      waiting.set(owner, [...(waiting.get(owner) ?? []), item]);
      return sentAway;
    },
    take() {
      const [turn] = waiting;
      if (turn === undefined) return undefined;
      const [owner, [item, ...others]] = turn;
      waiting.delete(owner);
      if (others.length > 0) waiting.set(owner, others);
      return item;
    },
  };
}
