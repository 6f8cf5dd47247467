import type { Evidence } from "../observe/evidence.ts";
import type { Snapshot } from "../observe/snapshot.ts";

/** Who can keep vacuum from removing dead rows. */
export const horizonHolders = ["session", "prepared_transaction", "replication_slot", "standby"] as const;

export type HorizonHolder = (typeof horizonHolders)[number];

/** The oldest horizon that a kind of holder keeps, in transactions, and whose it is, where that is known. */
export type Horizon = { readonly holder: HorizonHolder; readonly name: string | null; readonly age: number };

/** The horizons held, the oldest first: whoever ends a session behind another holder gains nothing. */
export function horizonsOf(snapshot: Snapshot, evidence: Evidence | null): readonly Horizon[] {
  const { sessions, standbys } = snapshot.horizons;
  const prepared = oldest(evidence?.preparedTransactions ?? [], ({ xidAge }) => xidAge);
  const slot = oldest(evidence?.slotHorizons ?? [], ({ age }) => age);
  const holder = snapshot.candidates.find(
    ({ xidAge, xminAge }) => sessions !== null && (xidAge === sessions || xminAge === sessions),
  );
  const found: readonly (Horizon | null)[] = [
    prepared === null ? null : { holder: "prepared_transaction", name: prepared.gid, age: prepared.xidAge },
    slot === null ? null : { holder: "replication_slot", name: slot.slotName, age: slot.age },
    standbys === null ? null : { holder: "standby", name: null, age: standbys },
    // Last: the snapshot of a session is as old as the oldest transaction that it saw running, whoever's that is.
    sessions === null
      ? null
      : { holder: "session", name: holder === undefined ? null : String(holder.id.pid), age: sessions },
  ];
  return found.filter((horizon) => horizon !== null).toSorted((a, b) => b.age - a.age);
}

function oldest<Item>(items: readonly Item[], ageOf: (item: Item) => number): Item | null {
  return items.toSorted((a, b) => ageOf(b) - ageOf(a))[0] ?? null;
}
