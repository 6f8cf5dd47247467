import { noPostgres } from "./no-postgres.ts";
import { columnsOf } from "./well-formed.ts";

/** What each value costs us beside its bytes: a NULL has none, and still a place in the row. So does each element of a JSON text. */
const VALUE_COST_BYTES = 64;

/** Each element of a JSON text follows one of these. */
const beforeElements: ReadonlySet<number> = new Set(Buffer.from(",[{"));

/** Follows the rows of one reply. */
export type ReplyRows = {
  /** Reads a well-formed description of rows (T). */
  describe(body: Buffer): void;
  /** What a well-formed row (D) costs us beside its bytes. Throws a `PostgresFailure` where it is not one of this reply. */
  costOf(body: Buffer): number;
};

/** None has come yet. */
export function createReplyRows(): ReplyRows {
  /** The first row sets it where a prepared statement is not described again. */
  let columns: number | undefined;
  return {
    describe(body) {
      columns = columnsOf(body);
    },
    costOf(body) {
      const values = columnsOf(body);
      columns ??= values;
      if (values !== columns) throw noPostgres();
      return VALUE_COST_BYTES * (values + elementsIn(body));
    },
  };
}

/** At the most: these bytes may stand in a text as well. */
function elementsIn(body: Buffer): number {
  let elements = 0;
  for (const byte of body) if (beforeElements.has(byte)) elements += 1;
  return elements;
}
