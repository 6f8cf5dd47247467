/** What stands in an open bracket: `values` behind a comparison, `IN` or `VALUES`; and the place behind it. */
type Bracket = { readonly holdsValues: boolean; readonly after: Place };

/**
 * What may stand next in a statement: a `value` (behind a comparison, or in a list of values), the `list` of an `IN` or
 * `VALUES`, after one list a comma and `more` rows, or anything. `isRange`: behind the next `AND` of a `BETWEEN` there
 * is a value.
 */
type Place = {
  readonly next: "value" | "list" | "more" | "any";
  readonly isRange: boolean;
  readonly inside: Bracket | null;
};

/** Where a statement begins. */
export const beginning: Place = { next: "any", isRange: false, inside: null };

const beforeValue: ReadonlySet<string> = new Set(["like", "ilike", "between", "password"]);
const beforeArray: ReadonlySet<string> = new Set(["any", "some", "all", "array", "symmetric"]);
const lists: ReadonlySet<string> = new Set(["in", "values"]);
const queries: ReadonlySet<string> = new Set(["select", "with", "table"]);

/**
 * The place behind one more word or symbol. PostgreSQL takes text in double quotes for a name, MySQL and many people
 * take it for a string: where a value is expected, nobody can tell.
 */
export function placeAfter(place: Place, text: string): Place {
  if (text === "(" || text === "[") return opened(place);
  if (text === ")" || text === "]") return place.inside?.after ?? before(place, "any");
  if (text === ",") return behindComma(place);
  if (text === "=" || text === "<" || text === ">") return before(place, "value");
  if (text.length < SHORTEST_WORD || text.length > LONGEST_WORD) return before(place, "any");
  return behindWord(place, text.toLowerCase());
}

/** Of those above: a statement may hold a hundred thousand words. */
const [SHORTEST_WORD, LONGEST_WORD] = [2, 9];

function opened(place: Place): Place {
  const { next, inside } = place;
  const holdsValues = next === "list" || next === "value" || inside?.holdsValues === true;
  const after = before(place, next === "list" ? "more" : "any");
  return { next: holdsValues ? "value" : "any", isRange: false, inside: { holdsValues, after } };
}

function behindComma(place: Place): Place {
  if (place.next === "more") return before(place, "list");
  return before(place, place.inside?.holdsValues === true ? "value" : "any");
}

function behindWord(place: Place, word: string): Place {
  const { next, isRange, inside } = place;
  if (word === "and") return { next: isRange ? "value" : "any", isRange: false, inside };
  if (beforeValue.has(word)) return { next: "value", isRange: isRange || word === "between", inside };
  if (beforeArray.has(word)) return before(place, next === "value" ? "value" : "any");
  if (lists.has(word)) return before(place, "list");
  return next === "value" && inside !== null && queries.has(word) ? asQuery(inside) : before(place, "any");
}

/** What was taken for a list is a query: it holds names, and no rows follow it. */
function asQuery({ after }: Bracket): Place {
  return { ...beginning, inside: { holdsValues: false, after: before(after, "any") } };
}

function before({ isRange, inside }: Place, next: Place["next"]): Place {
  return { next, isRange, inside };
}
