import { closestWord } from "../../closest-word.ts";
import { connectionParameters, keywordOf, type ConnectionKeyword } from "./connection-parameters.ts";
import { complaint, type Complaint, type ConnectionParts, type ReadParts } from "./connection-parts.ts";
import { isConnectionUrl, parseConnectionUrl } from "./connection-url.ts";
import { checkValue } from "./connection-values.ts";
import { parseConninfo, trimBlanks, type Pair } from "./conninfo.ts";

/** What a connection string looks like, in messages. */
export const CONNECTION_STRING =
  "a URL such as postgres://user@host:5432/database, or key=value pairs such as host=db1 user=pgleash";

/** More of them help nobody. */
const MOST_COMPLAINTS = 20;

/**
 * What a connection string says, be it a URL or `key=value` pairs, each value checked by itself. All complaints are told at once, and
 * none contains any part of the string, but for names and words that libpq knows. White space around it does not count.
 */
export function parseConnectionString(text: string): ReadParts {
  const trimmed = trimBlanks(text);
  const read = takeApart(trimmed);
  if ("complaints" in read) return { complaints: read.complaints.slice(0, MOST_COMPLAINTS) };
  const parts: Partial<Record<ConnectionKeyword, string>> = {};
  const complaints: Complaint[] = [];
  for (const [name, value] of read.pairs.map(withoutAlias)) {
    const keyword = keywordOf(name);
    if (complaints.length >= MOST_COMPLAINTS) break; // To find what was meant takes time.
    if (keyword === undefined) complaints.push(unknownParameter(name));
    else parts[keyword] = value;
  }
  complaints.push(...checkParts(parts, trimmed));
  return complaints.length > 0 ? { complaints: complaints.slice(0, MOST_COMPLAINTS) } : { parts };
}

function checkParts(parts: ConnectionParts, whole: string): readonly Complaint[] {
  return connectionParameters.flatMap(({ keyword }) => {
    const text = parts[keyword];
    const wrong = text === undefined ? undefined : checkValue(keyword, text);
    if (wrong === undefined) return [];
    return [keyword === "port" && mayHoldSlash(whole) ? { ...wrong, hint: encodeSlash } : wrong];
  });
}

const encodeSlash = "write / in a password as %2F";

/** A password with a `/` that is not encoded ends there, and looks like a port. */
function mayHoldSlash(whole: string): boolean {
  return isConnectionUrl(whole) && /^\w+:\/\/[^@/]*\/.*@/su.test(whole);
}

function takeApart(
  text: string,
): { readonly pairs: readonly Pair[] } | { readonly complaints: readonly Complaint[] } {
  if (isConnectionUrl(text)) return parseConnectionUrl(text);
  if (!text.includes("=") || /^[a-z][\w+.-]*:\/\//iu.test(text)) {
    return { complaints: [complaint(CONNECTION_STRING, text === "" ? "nothing" : "something else")] };
  }
  const read = parseConninfo(text);
  return "pairs" in read ? read : { complaints: [read.complaint] };
}

/** A spelling that libpq still takes, and turns into `sslmode`. */
function withoutAlias([name, value]: Pair): Pair {
  if (name !== "requiressl") return [name, value];
  return ["sslmode", value.startsWith("1") ? "require" : "prefer"];
}

/** Names that others use for what libpq calls differently. */
const insteadOf: ReadonlyMap<string, string> = new Map([
  ["ssl", "write sslmode=require"],
  ["database", "write dbname"],
  ["username", "write user"],
  ["hostname", "write host"],
  ["schema", "write options, as in options='-c search_path=x'"],
]);

/** The parameters that are used: those that are set aside or refused help nobody. */
const usable = connectionParameters
  .filter(({ treatment }) => treatment === "supported")
  .map(({ keyword }) => keyword);

function unknownParameter(name: string): Complaint {
  const meant = closestWord(name, usable);
  const hint =
    insteadOf.get(name.toLowerCase()) ?? (meant === undefined ? undefined : `did you mean ${meant}?`);
  return complaint(`parameters out of ${usable.join(", ")}`, "an unknown one", hint);
}
