import { isIP } from "node:net";
import { connectionParameters, type ConnectionKeyword } from "./connection-parameters.ts";
import { complaint, type Complaint } from "./connection-parts.ts";
import { sslModes, targetSessionAttributes } from "../settings.ts";

/** TLS versions as libpq spells them, in any case. */
export const tlsVersions = ["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"] as const;

type Check = (text: string) => Complaint | undefined;

/** What is wrong with one value by itself, as libpq would find when it connects; `undefined` when nothing is. */
export function checkValue(keyword: ConnectionKeyword, text: string): Complaint | undefined {
  if (text.includes("\0")) return complaint(`${keyword} without a zero byte`, "one");
  if (/\p{Cs}/u.test(text)) return complaint(`${keyword} to be text`, "half a character");
  const parameter = connectionParameters.find((known) => known.keyword === keyword);
  if (parameter?.treatment === "refused" && text !== "")
    return complaint(`no ${keyword}`, "it, which is not supported", parameter.told);
  return checks[keyword]?.(text);
}

/** The elements of a list of hosts, addresses or ports; an empty one asks for the default. */
export function listElements(text: string): readonly string[] {
  return text.split(",");
}

/** The whole number in a text, as libpq reads one; `undefined` when there is none, or it has more than 32 bits. */
export function wholeNumber(text: string): number | undefined {
  if (!/^[ \t\n\v\f\r]*[+-]?\d+[ \t\n\v\f\r]*$/u.test(text)) return undefined;
  const number = Number(text);
  return number >= -(2 ** 31) && number < 2 ** 31 ? number : undefined;
}

/** Linux takes no longer silence before its first question. */
const LONGEST_KEEPALIVE_SECONDS = 32_767;

const checks: Readonly<Partial<Record<ConnectionKeyword, Check>>> = {
  host: eachElement("hosts", (text) =>
    /^(?:[/@].*|[^\s/@]+)$/su.test(text)
      ? undefined
      : complaint("a host name, an address, or the folder of a Unix socket", "something else"),
  ),
  hostaddr: eachElement("addresses", (text) =>
    isIP(text) === 0 ? complaint("hostaddr to be an IPv4 or IPv6 address", "something else") : undefined,
  ),
  port: eachElement("ports", (text) =>
    isBetween(1, 65_535, text) ? undefined : complaint("a port from 1 to 65535", "something else"),
  ),
  connect_timeout: (text) =>
    wholeNumber(text) === undefined
      ? complaint("connect_timeout to be a whole number of seconds", "something else")
      : undefined,
  keepalives: (text) =>
    wholeNumber(text) === undefined ? complaint("keepalives to be 0 or 1", "something else") : undefined,
  keepalives_idle: (text) =>
    isBetween(1, LONGEST_KEEPALIVE_SECONDS, text)
      ? undefined
      : complaint(`keepalives_idle to be from 1 to ${LONGEST_KEEPALIVE_SECONDS} seconds`, "something else"),
  // 0 is the default of the system, which holds here too.
  tcp_user_timeout: (text) =>
    (wholeNumber(text) ?? 1) <= 0
      ? undefined
      : complaint(
          "tcp_user_timeout=0",
          "something else",
          "leave it out: look_timeout bounds every wait for the server",
        ),
  sslmode: oneOf("sslmode", sslModes),
  sslnegotiation: oneOf("sslnegotiation", ["postgres", "direct"]),
  sslcertmode: oneOf("sslcertmode", ["disable", "allow"], {
    require: "leave it out: the server decides whether it wants a certificate",
  }),
  sslkey: (text) =>
    text.includes(":") && !text.startsWith("/")
      ? complaint("sslkey to be a file", "something else", "keys in a hardware engine are not supported")
      : undefined,
  ssl_min_protocol_version: tlsVersion("ssl_min_protocol_version"),
  ssl_max_protocol_version: tlsVersion("ssl_max_protocol_version"),
  min_protocol_version: oneOf("min_protocol_version", ["", "3.0"], {
    "3.2": "pgleash speaks 3.0, which every server knows",
    latest: "pgleash speaks 3.0, which every server knows",
  }),
  max_protocol_version: oneOf("max_protocol_version", ["", "3.0", "3.2", "latest"]),
  channel_binding: oneOf("channel_binding", ["disable", "prefer"], {
    require: "leave it out, and use sslmode=verify-full: it too keeps others from between us and the server",
  }),
  gssencmode: oneOf("gssencmode", ["disable", "prefer"], {
    require: "pgleash has no Kerberos: write gssencmode=disable, and use sslmode=verify-full",
  }),
  gssdelegation: oneOf("gssdelegation", ["", "0"], { "1": "pgleash has no Kerberos: leave it out" }),
  target_session_attrs: oneOf("target_session_attrs", targetSessionAttributes),
  load_balance_hosts: oneOf("load_balance_hosts", ["disable", "random"]),
};

/** `refused` are words that libpq knows and we cannot obey, and what to do. */
function oneOf(
  keyword: ConnectionKeyword,
  words: readonly string[],
  refused: Readonly<Record<string, string>> = {},
): Check {
  const expected = `${keyword} to be one of ${words.filter((word) => word !== "").join(", ")}`;
  return (text) => {
    if (words.includes(text)) return undefined;
    const told = Object.hasOwn(refused, text) ? refused[text] : undefined;
    return told === undefined
      ? complaint(expected, text === "" ? "nothing" : "something else")
      : complaint(expected, `${text}, which is not supported`, told);
  };
}

function tlsVersion(keyword: ConnectionKeyword): Check {
  const known = ["", ...tlsVersions].map((version) => version.toLowerCase());
  return (text) =>
    known.includes(text.toLowerCase())
      ? undefined
      : complaint(`${keyword} to be one of ${tlsVersions.join(", ")}`, "something else");
}

/** Each of them may be tried in one attempt. */
const MOST_ELEMENTS = 100;

function eachElement(what: string, check: Check): Check {
  return (text) => {
    const elements = listElements(text);
    if (elements.length > MOST_ELEMENTS) return complaint(`at most ${MOST_ELEMENTS} ${what}`, "more");
    return elements
      .filter((element) => element !== "")
      .map(check)
      .find((found) => found !== undefined);
  };
}

function isBetween(least: number, most: number, text: string): boolean {
  const number = wholeNumber(text);
  return number !== undefined && number >= least && number <= most;
}
