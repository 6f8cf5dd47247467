import type { ConnectionKeyword } from "../postgres/naming/connection-parameters.ts";
import { complaint, type Complaint, type ConnectionParts } from "../postgres/naming/connection-parts.ts";
import { parseConnectionString } from "../postgres/naming/connection-string.ts";

/** `host`: where a target that is refused leads, if it was understood. */
export type TargetParts =
  | { readonly parts: ConnectionParts }
  | { readonly complaints: readonly Complaint[]; readonly host?: string | undefined };

/** Where a server is. Whatever says how it is reached, or which files are read for that, is the template's to say. */
const targetKeywords: ReadonlySet<string> = new Set([
  "host",
  "hostaddr",
  "port",
  "dbname",
  "user",
  "target_session_attrs",
  "load_balance_hosts",
] satisfies ConnectionKeyword[]);

const ONLY = `only ${[...targetKeywords].join(", ")}`;
const ELSEWHERE = "servers_template says the rest";

/** To take a megabyte apart takes seconds; whoever writes targets is not always whoever runs pgleash. */
const MOST_CHARACTERS = 2048;

/**
 * What a target says of a connection, read as postgres_exporter reads one: a URL, `key=value` pairs, or a URL without its beginning such
 * as `db1:5432`. It must say where the server is.
 */
export function parseTarget(text: string): TargetParts {
  if (text.length > MOST_CHARACTERS)
    return { complaints: [complaint(`a target of at most ${MOST_CHARACTERS} characters`, "more")] };
  const read = parseConnectionString(isWhole(text) ? text : `postgres://${text}`);
  if ("complaints" in read) return read;
  const others = Object.keys(read.parts).filter((keyword) => !targetKeywords.has(keyword));
  const { host, hostaddr } = read.parts;
  if (others.length > 0)
    return {
      complaints: others.map((keyword) => complaint(ONLY, keyword, ELSEWHERE)),
      host: host || hostaddr,
    };
  if (host || hostaddr) return read;
  return { complaints: [complaint("host:port, or a connection string that names a host", "no host")] };
}

/** With a scheme, be it another one, or with a keyword. */
function isWhole(text: string): boolean {
  return /^\s*(?:[a-z][\w+.-]*:\/\/|[a-z_]+\s*=)/iu.test(text);
}

/**
 * The two together. What the template says holds, so that whoever writes the targets cannot make a connection less
 * safe: a target that says otherwise is refused.
 */
export function mergeParts(template: ConnectionParts, target: ConnectionParts): TargetParts {
  const complaints = Object.entries(target).flatMap(([keyword, text]) => {
    const settled = Object.entries(template).find(([known]) => known === keyword);
    if (settled === undefined || settled[1] === text) return [];
    return [complaint(`no other ${keyword} than that of servers_template`, "another one")];
  });
  // A variable, or a service, must not lead all of them to one place.
  const place: ConnectionParts = { host: "", hostaddr: "" };
  return complaints.length > 0
    ? { complaints, host: target.host || target.hostaddr }
    : { parts: { ...place, ...template, ...target } };
}
