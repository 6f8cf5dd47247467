import { noPostgres } from "./no-postgres.ts";
import { columnsOf } from "./well-formed.ts";

/** What each value costs us beside its bytes: a NULL has none, and still a place in the row. So does each element of a JSON text. */
const VALUE_COST_BYTES = 64;

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

const [comma, bracket, brace] = [",", "[", "{"].map((character) => character.charCodeAt(0));

/**
 * Each element of a JSON text follows one of these bytes. At the most: they may stand in a text as well. By index, since this
 * reads every byte of every look, mostly in code that V8 has not optimized: there an iterator and a set take several times as long.
 */
function elementsIn(body: Buffer): number {
  let elements = 0;
  const { length } = body;
  for (let index = 0; index < length; index += 1) {
    const byte = body[index];
    if (byte === comma || byte === bracket || byte === brace) elements += 1;
  }
  return elements;
}
