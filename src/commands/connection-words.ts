import type { Complaint, ConnectionParts } from "../postgres/naming/connection-parts.ts";
import { parseConnectionString } from "../postgres/naming/connection-string.ts";
import { UsageError } from "./command.ts";

/** The flags that name a server as psql does. `-h` is none of them: it is `--help` here, as in Prometheus' programs. */
export const connectionFlags = {
  host: { type: "string" },
  port: { type: "string", short: "p" },
  username: { type: "string", short: "U" },
  dbname: { type: "string", short: "d" },
  "config.file": { type: "string" },
} as const;

export const connectionFlagsHelp = `  --host=HOST, -p PORT, -U USER, -d DATABASE
                       parts of a connection as in psql; -h is --help here`;

type Values = { readonly [flag in keyof typeof connectionFlags]?: string | undefined };

const keywords = { host: "host", port: "port", username: "user", dbname: "dbname" } as const;

/**
 * The connection string that the command line names, be it in one word or in flags; `undefined` leaves it to the configuration and the
 * environment. Throws a `UsageError` where several of them are given, and where it is none.
 */
export function connectionOf(values: Values, word: string | undefined): string | undefined {
  const text = onlyOf(values, word);
  const read = text === undefined ? undefined : parseConnectionString(text);
  if (read === undefined || !("complaints" in read)) return text;
  const named = word === undefined ? flagWords : "CONNECTION";
  throw new UsageError(
    read.complaints.map((complaint) => `${named}: ${complaintText(complaint)}`).join("; "),
  );
}

const flagWords = "--host, -p, -U or -d";

/** What was probably meant comes before what may be a long list. */
function complaintText({ expected, got, hint }: Complaint): string {
  if (hint?.startsWith("did you mean") === true) return `got ${got} (${hint}), expected ${expected}`;
  return `expected ${expected}, got ${got}${hint === undefined ? "" : ` (${hint})`}`;
}

function onlyOf(values: Values, word: string | undefined): string | undefined {
  const parts = partsOf(values);
  const ways = [
    ...(word === undefined ? [] : ["a connection string"]),
    ...(parts === undefined ? [] : [flagWords]),
    ...(values["config.file"] === undefined ? [] : ["--config.file"]),
  ];
  if (ways.length > 1) throw new UsageError(`expected one way of naming servers, got ${ways.join(" and ")}`);
  if (word !== undefined || parts === undefined) return word;
  const { dbname, ...others } = parts;
  if (dbname === undefined || !isConnectionString(dbname)) return asPairs(parts);
  const read = parseConnectionString(dbname);
  // What is wrong with it is told by whoever reads it as the connection.
  if ("complaints" in read || Object.keys(others).length === 0) return dbname;
  return asPairs({ ...others, ...read.parts });
}

/** What the flags say; `undefined` where there are none. As in psql, an empty one says nothing. */
function partsOf(values: Values): ConnectionParts | undefined {
  const given = Object.entries(keywords).flatMap(([flag, keyword]) => {
    const text = Object.entries(values).find(([name]) => name === flag)?.[1];
    return text === undefined || text === "" ? [] : [[keyword, text] as const];
  });
  return given.length === 0 ? undefined : Object.fromEntries(given);
}

/** As in psql, -d takes a whole connection string, and what that says comes before the other flags. URLs of others are refused as such. */
function isConnectionString(dbname: string): boolean {
  return /=|:\/\//u.test(dbname);
}

function asPairs(parts: ConnectionParts): string {
  return Object.entries(parts)
    .map(([keyword, text]) => `${keyword}='${text.replaceAll(/['\\]/gu, "\\$&")}'`)
    .join(" ");
}
