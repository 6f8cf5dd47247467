import type { Evidence } from "../../observe/evidence.ts";
import type { Snapshot } from "../../observe/snapshot.ts";

/**
 * Who can keep vacuum from removing dead rows. What a slot needs for logical decoding keeps those of the system catalogs
 * alone, so that it is a holder of its own.
 */
export const horizonHolders = [
  "session",
  "prepared_transaction",
  "replication_slot",
  "standby",
  "replication_slot_catalog",
] as const;

export type HorizonHolder = (typeof horizonHolders)[number];

/** The oldest horizon that a kind of holder keeps, in transactions, and whose it is, where that is known. */
export type Horizon = { readonly holder: HorizonHolder; readonly name: string | null; readonly age: number };

/**
 * The horizons held in every table, the oldest first: whoever ends a session behind another holder gains nothing. That
 * of the catalogs comes last, however old. The evidence must have the ages of this look.
 */
export function horizonsOf(snapshot: Snapshot, evidence: Evidence | null): readonly Horizon[] {
  const { sessions, standbys } = snapshot.horizons;
  const slots = evidence?.slotHorizons ?? [];
  const holder = snapshot.candidates.find(
    ({ xidAge, xminAge }) => sessions !== null && (xidAge === sessions || xminAge === sessions),
  );
  const everywhere: readonly (Horizon | null)[] = [
    oldest("prepared_transaction", evidence?.preparedTransactions ?? [], ({ gid, xidAge }) => [gid, xidAge]),
    oldest("replication_slot", slots, ({ slotName, xminAge }) => [slotName, xminAge]),
    standbys === null ? null : { holder: "standby", name: null, age: standbys },
    // Last: the snapshot of a session is as old as the oldest transaction that it saw running, whoever's that is.
    sessions === null
      ? null
      : { holder: "session", name: holder === undefined ? null : String(holder.id.pid), age: sessions },
  ];
  const catalogs = oldest("replication_slot_catalog", slots, ({ slotName, catalogXminAge }) => [
    slotName,
    catalogXminAge,
  ]);
  return [
    ...everywhere.filter((horizon) => horizon !== null).toSorted((a, b) => b.age - a.age),
    ...(catalogs === null ? [] : [catalogs]),
  ];
}

/** `null` where none of them keeps any. */
function oldest<Item>(
  holder: HorizonHolder,
  items: readonly Item[],
  nameAndAge: (item: Item) => readonly [name: string, age: number | null],
): Horizon | null {
  const held = items.flatMap((item) => {
    const [name, age] = nameAndAge(item);
    return age === null ? [] : [{ holder, name, age }];
  });
  return held.toSorted((a, b) => b.age - a.age)[0] ?? null;
}
