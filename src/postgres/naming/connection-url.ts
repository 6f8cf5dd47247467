import { complaint, type Complaint } from "./connection-parts.ts";
import { trimBlanks, type Pair } from "./conninfo.ts";

/** The beginning of a connection URL; libpq knows no other spelling. */
const scheme = /^postgres(?:ql)?:\/\//u;

/** Whether libpq would read a text as a URL. */
export function isConnectionUrl(text: string): boolean {
  return scheme.test(text);
}

/**
 * Takes `postgres://user:password@host:port,host:port/dbname?name=value` apart into names and values, as libpq 18 does. An
 * empty part is left out, but for one behind the `?`, which asks for the default.
 */
export function parseConnectionUrl(
  url: string,
): { readonly pairs: readonly Pair[] } | { readonly complaints: readonly Complaint[] } {
  const { user, password, rest } =
    /^(?:(?<user>[^:@/]*)(?::(?<password>[^@/]*))?@)?(?<rest>.*)$/su.exec(url.replace(scheme, ""))?.groups ??
    {};
  const places = readPlaces(rest ?? "");
  if ("complaint" in places) return { complaints: [places.complaint] };
  const { dbname, query } = /^(?:\/(?<dbname>[^?]*))?(?:\?(?<query>.*))?$/su.exec(places.rest)?.groups ?? {};
  // Whoever forgets to encode an @ of the password would see the rest of it as host and database, here and in labels.
  if (`${places.host}${dbname ?? ""}`.includes("@")) return { complaints: [secondAt] };
  const encoded = [
    { name: "user", value: user },
    { name: "password", value: password },
    { name: "host", value: places.host },
    { name: "port", value: places.port },
    { name: "dbname", value: dbname },
  ].filter(({ value }) => value !== undefined && value !== "");
  const pairs: Pair[] = [];
  const complaints: Complaint[] = [];
  for (const { name, value } of [...encoded, ...splitQuery(query ?? "")]) {
    const [decodedName, decodedValue] = [decode(name), value === undefined ? withoutValue : decode(value)];
    if (typeof decodedName === "string" && typeof decodedValue === "string") {
      pairs.push(forJdbc(decodedName, decodedValue));
    } else if (typeof decodedValue !== "string") complaints.push(decodedValue);
    else if (typeof decodedName !== "string") complaints.push(decodedName);
  }
  return complaints.length > 0 ? { complaints } : { pairs };
}

type Places = { readonly host: string; readonly port: string; readonly rest: string };

/** Hosts and ports before the path, each joined by commas as libpq keeps them. */
function readPlaces(text: string): Places | { readonly complaint: Complaint } {
  const [hosts, ports]: [string[], string[]] = [[], []];
  let rest = text;
  do {
    if (hosts.length > 0) rest = rest.slice(1);
    const host = rest.startsWith("[") ? /^\[[^\]]+\](?=[:/?,]|$)/su.exec(rest)?.[0] : beforeAny(rest, ":/?,");
    if (host === undefined) return { complaint: unclosedAddress };
    rest = rest.slice(host.length);
    const port = rest.startsWith(":") ? beforeAny(rest.slice(1), "/?,") : undefined;
    if (port !== undefined) rest = rest.slice(1 + port.length);
    hosts.push(host.startsWith("[") ? host.slice(1, -1) : host);
    ports.push(port ?? "");
  } while (rest.startsWith(","));
  return { host: hosts.join(","), port: ports.join(","), rest };
}

function beforeAny(text: string, ends: string): string {
  let end = 0;
  while (end < text.length && !ends.includes(text.charAt(end))) end += 1;
  return text.slice(0, end);
}

type Encoded = { readonly name: string; readonly value: string | undefined };

/** The parameters; one without a single `=` has no value. libpq takes a `&` at the end, and none elsewhere too many. */
function splitQuery(query: string): readonly Encoded[] {
  const items = query.split("&");
  if (items.at(-1) === "") items.pop();
  return items.map((item) => {
    const [name = "", value, ...others] = item.split("=");
    return { name, value: others.length > 0 ? undefined : value };
  });
}

/** libpq reads the one JDBC spelling that means what it says. */
function forJdbc(name: string, value: string): Pair {
  return name === "ssl" && value === "true" ? ["sslmode", "require"] : [name, value];
}

function decode(encoded: string): string | Complaint {
  const text = trimBlanks(encoded);
  if (/[ \t\n\v\f\r]/u.test(text)) return unencodedBlank;
  if (/%(?![0-9a-f]{2})/iu.test(text)) return malformed;
  try {
    return decodeURIComponent(text);
  } catch {
    // What is left to be wrong are bytes that make no characters.
    return otherBytes;
  }
}

const secondAt = complaint("at most one @", "more", "write @ in a password as %40 and / as %2F");

const unclosedAddress = complaint(
  "an IPv6 address in brackets, such as [::1]:5432",
  "something else in brackets",
);

const withoutValue = complaint(
  "name=value behind the ?, with & between them",
  "something else",
  "write = in a value as %3D and & as %26",
);

const unencodedBlank = complaint("no white space", "some", "write a blank as %20");

const otherBytes = complaint(
  "UTF-8 in the percent-encoding, such as %C3%BC for ü",
  "other bytes",
  "write % itself as %25",
);

const malformed = complaint(
  "percent-encoding such as %40 for @",
  "a % that encodes nothing",
  "write % itself as %25",
);
