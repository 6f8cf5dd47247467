import { checkPart, connectionKeywords } from "./connection-parts.ts";
import type { ConnectionKeyword, ConnectionParts, ConnectionProblem } from "./connection-parts.ts";

const SHAPE = "a URL such as postgres://user@host:5432/database";

/** What libpq knows and we do not yet. To ignore one might connect elsewhere, or with less protection. */
const unsupportedParameters = new Set([
  "channel_binding",
  "client_encoding",
  "fallback_application_name",
  "gssdelegation",
  "gssencmode",
  "gsslib",
  "hostaddr",
  "keepalives",
  "keepalives_count",
  "keepalives_idle",
  "keepalives_interval",
  "krbsrvname",
  "load_balance_hosts",
  "max_protocol_version",
  "min_protocol_version",
  "options",
  "passfile",
  "replication",
  "require_auth",
  "requirepeer",
  "requiressl",
  "service",
  "servicefile",
  "ssl_max_protocol_version",
  "ssl_min_protocol_version",
  "sslcert",
  "sslcertmode",
  "sslcompression",
  "sslcrl",
  "sslcrldir",
  "sslkey",
  "sslkeylogfile",
  "sslnegotiation",
  "sslpassword",
  "sslsni",
  "target_session_attrs",
  "tcp_user_timeout",
]);

/** Parameters that people write, and what to write in their place. */
const insteadOf: Readonly<Record<string, string>> = {
  application_name: "pgleash sets its own, so that it recognises its sessions",
  connect_timeout: "set look_timeout in the configuration",
  database: "write dbname, or the database as the path",
  ssl: "write sslmode=require",
};

/**
 * Reads a connection URL as libpq does, without filling in what it leaves open. All problems are told at once,
 * and none contains any part of the URL, except the names of parameters that libpq knows.
 */
export function parseConnectionUrl(
  url: string,
): { readonly parts: ConnectionParts } | { readonly problems: readonly ConnectionProblem[] } {
  const found = /^postgres(?:ql)?:\/\/(?:(?<user>[^:@/]*)(?::(?<password>[^@/]*))?@)?(?<rest>.*)$/su.exec(
    url,
  );
  const { user, password, rest } = found?.groups ?? {};
  if (rest === undefined) return { problems: [problem(SHAPE, "something else")] };
  if (rest.includes("@")) {
    return { problems: [problem("at most one @", "more", "write @ in a password as %40 and / as %2F")] };
  }
  const place =
    /^(?:\[(?<address>[^\]]+)\]|(?<name>[^:/?[]*))(?::(?<port>[^/?]*))?(?:\/(?<dbname>[^?]*))?(?:\?(?<query>.*))?$/su;
  const { address, name, port, dbname, query } = place.exec(rest)?.groups ?? {};
  if (address === undefined && name === undefined) return { problems: [problem(SHAPE, "something else")] };
  const problems: ConnectionProblem[] = [];
  const parts: Partial<Record<ConnectionKeyword, string>> = {};
  const keep = (keyword: ConnectionKeyword, encoded: string | undefined): void => {
    const text = decode(encoded ?? "");
    if (text === "") return;
    const wrong = text === undefined ? malformed : checkPart(keyword, text, undefined);
    if (text === undefined || wrong !== undefined) problems.push(wrong ?? malformed);
    else parts[keyword] = text;
  };
  keep("user", user);
  keep("password", password);
  keep("host", address ?? name);
  keep("port", port);
  keep("dbname", dbname);
  for (const [parameter, value] of readQuery(query)) {
    const keyword = connectionKeywords.find((known) => known === parameter);
    if (keyword === undefined) problems.push(refuseParameter(parameter));
    else keep(keyword, value);
  }
  return problems.length > 0 ? { problems } : { parts };
}

function readQuery(query: string | undefined): readonly (readonly [name: string, value: string])[] {
  if (query === undefined || query === "") return [];
  return query.split("&").map((item) => {
    const end = item.indexOf("=");
    return end === -1 ? [item, ""] : [item.slice(0, end), item.slice(end + 1)];
  });
}

function refuseParameter(name: string): ConnectionProblem {
  const instead = Object.hasOwn(insteadOf, name) ? insteadOf[name] : undefined;
  if (instead !== undefined) return problem(`no parameter ${name}`, "it", instead);
  const known = `the parameters ${connectionKeywords.join(", ")}`;
  if (unsupportedParameters.has(name)) return problem(known, `${name}, which is not supported yet`);
  return problem(known, "an unknown one");
}

const malformed = problem(
  "percent-encoding such as %40 for @",
  "a % that encodes nothing",
  "write % itself as %25",
);

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    // Only a malformed sequence throws; the caller says so.
    return undefined;
  }
}

function problem(expected: string, got: string, hint?: string): ConnectionProblem {
  return { variable: undefined, expected, got, hint };
}
