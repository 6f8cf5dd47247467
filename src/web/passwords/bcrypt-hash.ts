const SHORTEST_BYTES = 59;
const LOWEST_COST = 4;
const HIGHEST_COST = 31;

/** How a bcrypt hash begins: its cost, and everything behind the cost. */
type Parts = { readonly cost: number; readonly rest: string };

/**
 * The cost of a bcrypt hash: checking a password takes 2^cost rounds. `undefined` for what Go's `bcrypt.Cost` refuses; like
 * that one, this looks at the beginning and the length only.
 */
export function bcryptCost(hash: string): number | undefined {
  return partsOf(hash)?.cost;
}

/** The hash with the prefix that our library knows, or `undefined` for one that no password matches. */
export function checkableHash(hash: string): string | undefined {
  const parts = partsOf(hash);
  if (parts === undefined || !/^\$[./A-Za-z0-9]{53}$/.test(parts.rest)) return undefined;
  return `$2b$${String(parts.cost).padStart(2, "0")}${parts.rest}`;
}

/** A hash of this cost that no password matches, for users that are not there. */
export function dummyHash(cost: number): string {
  return `$2b$${String(cost).padStart(2, "0")}$${".".repeat(53)}`;
}

function partsOf(hash: string): Parts | undefined {
  // Bytes, as Go counts.
  const bytes = Buffer.from(hash).toString("latin1");
  if (bytes.length < SHORTEST_BYTES) return undefined;
  if (bytes[0] !== "$" || (bytes[1] ?? "") > "2") return undefined;
  const start = bytes[2] === "$" ? 3 : 4;
  const digits = bytes.slice(start, start + 2);
  const cost = /^[+-]?\d+$/.test(digits) ? Number(digits) : 0;
  return cost >= LOWEST_COST && cost <= HIGHEST_COST ? { cost, rest: bytes.slice(start + 2) } : undefined;
}
