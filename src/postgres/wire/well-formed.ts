/** PostgreSQL has up to 1664. Our statements ask for some thirty at most, and each costs memory in every row. */
const MOST_COLUMNS = 100;

/** What follows a column's name: table, number, type, size, modifier and format. */
const COLUMN_BYTES = 18;

/** `NULL` in place of the length of a value. */
const NULL_LENGTH = -1;

/**
 * Whether the body of a message is what the protocol says of its type (manual, "Message Formats"). The driver believes every
 * count and length: one that lies makes it read for ever, or read the same bytes thousands of times.
 */
export function isWellFormed(type: string, body: Buffer): boolean {
  return checks.get(type)?.(body) ?? false;
}

/** How many columns a description of a row (T) tells of, or how many values a row (D) has. */
export function columnsOf(body: Buffer): number {
  return body.readUInt16BE(0);
}

const isEmpty = (body: Buffer): boolean => body.length === 0;
const isAnything = (): boolean => true;

const checks: ReadonlyMap<string, (body: Buffer) => boolean> = new Map(
  Object.entries({
    "1": isEmpty,
    "2": isEmpty,
    I: isEmpty,
    n: isEmpty,
    C: (body) => body.at(-1) === 0,
    D: isDataRow,
    E: isErrorResponse,
    K: (body) => body.length >= 8,
    T: isRowDescription,
    Z: (body) => body.length === 1,
    t: (body) => body.length >= 2 && body.length === 2 + 4 * body.readUInt16BE(0),
    // Nobody reads them.
    A: isAnything,
    N: isAnything,
    S: isAnything,
  } satisfies Record<string, (body: Buffer) => boolean>),
);

/** A number of columns, each with a name that ends with a zero, and all that follows it. */
function isRowDescription(body: Buffer): boolean {
  if (body.length < 2) return false;
  const columns = columnsOf(body);
  if (columns > MOST_COLUMNS) return false;
  let at = 2;
  for (let column = 0; column < columns; column += 1) {
    const end = body.indexOf(0, at);
    if (end === -1) return false;
    at = end + 1 + COLUMN_BYTES;
  }
  return at === body.length;
}

/** A number of values, each with its length in front. */
function isDataRow(body: Buffer): boolean {
  if (body.length < 2) return false;
  const values = columnsOf(body);
  if (values > MOST_COLUMNS) return false;
  let at = 2;
  for (let value = 0; value < values; value += 1) {
    if (at + 4 > body.length) return false;
    const length = body.readInt32BE(at);
    if (length < NULL_LENGTH) return false;
    at += 4 + Math.max(0, length);
  }
  return at === body.length;
}

/** Fields of a letter and a text, each ended with a zero, and a zero behind the last. One of them is the message (M). */
function isErrorResponse(body: Buffer): boolean {
  let hasMessage = false;
  let at = 0;
  while (at < body.length && body[at] !== 0) {
    const end = body.indexOf(0, at);
    if (end === -1) return false;
    hasMessage ||= body[at] === 0x4d && end > at + 1;
    at = end + 1;
  }
  return hasMessage && at === body.length - 1;
}
