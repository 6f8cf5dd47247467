import { keywordOf, type ConnectionKeyword } from "./connection-parameters.ts";
import { complaint, type Complaint, type GivenPart } from "./connection-parts.ts";
import { trimBlanks } from "./conninfo.ts";

/** What the section of one service says, as in a file that libpq reads; `undefined` parts when there is no such section. */
export type ReadService =
  | { readonly parts: Partial<Record<ConnectionKeyword, GivenPart>> | undefined }
  | { readonly complaint: Complaint; readonly line: number };

/** libpq takes no longer line. */
const LONGEST_LINE_BYTES = 1021;

/**
 * The section of a service in the text of a service file, read as libpq does: `[name]`, then `key=value` lines up to the next section.
 * Nothing is trimmed around `=`, `#` begins a comment only at the start of a line, and of a key that is given twice the first counts.
 */
export function parseServiceFile(text: string, service: string, path: string): ReadService {
  const parts: Partial<Record<ConnectionKeyword, GivenPart>> = {};
  let isFound = false;
  for (const [index, written] of text.split("\n").entries()) {
    const line = index + 1;
    if (Buffer.byteLength(written) > LONGEST_LINE_BYTES)
      return { complaint: complaint("lines of at most 1021 bytes", "a longer one"), line };
    const content = trimBlanks(written);
    if (content.startsWith("[")) {
      if (isFound) break;
      isFound = content.startsWith(`[${service}]`);
      continue;
    }
    if (!isFound || content === "" || content.startsWith("#")) continue;
    const read = readLine(content);
    if ("expected" in read) return { complaint: read, line };
    parts[read.keyword] ??= { text: read.value, origin: { type: "file", path, line } };
  }
  return { parts: isFound ? parts : undefined };
}

function readLine(
  content: string,
): { readonly keyword: ConnectionKeyword; readonly value: string } | Complaint {
  if (content.startsWith("ldap"))
    return complaint("key=value", "a look-up in LDAP, which is not supported", "write the parameters out");
  const end = content.indexOf("=");
  if (end === -1) return complaint("key=value", "something else");
  const keyword = keywordOf(content.slice(0, end));
  if (keyword === undefined)
    return complaint("a parameter that libpq knows", "another one", "write no white space around =");
  if (keyword === "service" || keyword === "servicefile")
    return complaint("no service within a service", "one");
  return { keyword, value: content.slice(end + 1) };
}
