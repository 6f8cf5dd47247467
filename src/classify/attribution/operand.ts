/**
 * What may stand next in a statement: a `value` (behind a comparison, or in the list behind `IN` or `VALUES`), the
 * `list` of an `IN` or `VALUES`, after one list a comma and `more` rows, or anything. `depth` counts open parentheses of lists.
 */
type Place = { readonly next: "value" | "list" | "more" | "any"; readonly depth: number };

/** Where a statement begins. */
export const beginning: Place = { next: "any", depth: 0 };

const patterns: ReadonlySet<string> = new Set(["like", "ilike"]);
const lists: ReadonlySet<string> = new Set(["in", "values"]);
const queries: ReadonlySet<string> = new Set(["select", "with", "table"]);

/**
 * The place behind one more word or symbol. PostgreSQL takes text in double quotes for a name, MySQL and many people
 * take it for a string: where a value is expected, nobody can tell.
 */
export function placeAfter({ next, depth }: Place, text: string): Place {
  if (text === "(") return next === "list" || depth > 0 ? at("value", depth + 1) : at("any", depth);
  if (text === ")") return at(depth === 1 ? "more" : "any", Math.max(0, depth - 1));
  if (text === "," && next === "more") return at("list", depth);
  if (text === ",") return at(depth > 0 ? "value" : "any", depth);
  if (text === "=" || text === "<" || text === ">") return at("value", depth);
  if (text.length < SHORTEST_WORD || text.length > LONGEST_WORD) return at("any", depth);
  const word = text.toLowerCase();
  if (patterns.has(word)) return at("value", depth);
  if (lists.has(word)) return at("list", depth);
  return queries.has(word) ? beginning : at("any", depth);
}

/** Of those above: a statement may hold a hundred thousand words. */
const [SHORTEST_WORD, LONGEST_WORD] = [2, 6];

function at(next: Place["next"], depth: number): Place {
  return { next, depth };
}
