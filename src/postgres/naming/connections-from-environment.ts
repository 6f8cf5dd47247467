import type { Environment } from "./connection-environment.ts";
import { complaint, type Complaint, type Origin } from "./connection-parts.ts";
import { completeConnection, type ConnectionResult, type NamedConnection } from "./connection-settings.ts";
import { parseConnectionString } from "./connection-string.ts";
import { trimBlanks } from "./conninfo.ts";

/**
 * The connections that the environment names, at least one: `DATABASE_URL`, else postgres_exporter's `DATA_SOURCE_NAME`, which may name
 * several, else its `DATA_SOURCE_URI`, else what the `PG*` variables say. What these leave open is filled as for any other.
 */
export function connectionsFromEnvironment(environment: Environment): readonly ConnectionResult[] {
  const { variables } = environment;
  const url = variables["DATABASE_URL"];
  if (isGiven(url)) return [connectTo(url, "DATABASE_URL", {}, environment)];
  const name = variables["DATA_SOURCE_NAME"];
  if (isGiven(name)) {
    // The exporter splits at every comma, so that none of its sources can have several hosts.
    const sources = name.split(",").filter((source) => trimBlanks(source) !== "");
    return (sources.length === 0 ? [name] : sources).map((source) =>
      connectTo(source, "DATA_SOURCE_NAME", { driver: "lib/pq" }, environment),
    );
  }
  const source = sourceText("DATA_SOURCE_URI", environment);
  if (source !== undefined) return [connectToSource(source, environment)];
  const lonely = lonelyCredential(environment);
  if (lonely !== undefined) return [refuse({ variable: lonely, complaint: withoutSource })];
  return [completeConnection({ parts: {} }, environment)];
}

/** What a variable says, or the file that the variable of the same name with `_FILE` names: that one comes first. */
type SourceText = { readonly variable: string } & (
  | { readonly text: string }
  | { readonly complaint: Complaint }
);

function sourceText(variable: string, { variables, readFile }: Environment): SourceText | undefined {
  const path = variables[`${variable}_FILE`];
  const text = variables[variable];
  if (!isGiven(path)) return isGiven(text) ? { variable, text } : undefined;
  const read = readFile(path);
  const named = `${variable}_FILE`;
  if ("why" in read) return { variable: named, complaint: complaint("a file that can be read", read.why) };
  return { variable: named, text: trimBlanks(read.text) };
}

/**
 * `DATA_SOURCE_URI` is a URL without its beginning; user and password have variables of their own, and the exporter writes them before it.
 * So what stands behind the `?` of the URL comes before them.
 */
function connectToSource(source: SourceText, environment: Environment): ConnectionResult {
  if ("complaint" in source) return refuse(source);
  if (/^\s*postgres(?:ql)?:\/\//iu.test(source.text)) return refuse({ ...source, complaint: withScheme });
  const user = sourceText("DATA_SOURCE_USER", environment);
  if (user !== undefined && "complaint" in user) return refuse(user);
  const { DATA_SOURCE_PASS: password, DATA_SOURCE_PASS_FILE: passwordFile } = environment.variables;
  const isInFile = isGiven(passwordFile);
  const credentials = [user?.text ?? "", isInFile ? "" : (password ?? "")].map(encoded).join(":");
  const text = `postgresql://${credentials === ":" ? "" : `${credentials}@`}${source.text}`;
  const secret = isInFile ? { passwordFile } : {};
  return connectTo(text, source.variable, { driver: "lib/pq", ...secret }, environment);
}

const withScheme = complaint(
  "a URL without its beginning, such as db1:5432/postgres",
  "a whole one",
  "write it without postgres://",
);

const withoutSource = complaint(
  "DATA_SOURCE_URI or DATA_SOURCE_NAME beside it",
  "neither",
  "a user and a password do not say which server is meant",
);

const credentials = [
  "DATA_SOURCE_USER",
  "DATA_SOURCE_USER_FILE",
  "DATA_SOURCE_PASS",
  "DATA_SOURCE_PASS_FILE",
] as const;

const places = ["PGHOST", "PGHOSTADDR", "PGSERVICE"] as const;

/** Whoever gave it means a server of their own, and would have localhost watched. */
function lonelyCredential({ variables }: Environment): string | undefined {
  if (places.some((name) => isGiven(variables[name]))) return undefined;
  return credentials.find((name) => isGiven(variables[name]));
}

/** All that would mean something in a URL. */
function encoded(text: string): string {
  return text.replaceAll(/[%:@/?#\s]/gu, encodeURIComponent);
}

function connectTo(
  text: string,
  variable: string,
  named: Omit<NamedConnection, "parts">,
  environment: Environment,
): ConnectionResult {
  const read = parseConnectionString(text);
  const origin: Origin = { type: "variable", variable };
  if ("complaints" in read) return { problems: read.complaints.map((found) => ({ ...found, origin })) };
  const result = completeConnection({ ...named, parts: read.parts }, environment);
  const blamed = <Blamed extends { readonly origin: Origin }>(told: Blamed): Blamed =>
    told.origin.type === "string" ? { ...told, origin } : told;
  if ("problems" in result) return { problems: result.problems.map(blamed) };
  return { ...result, warnings: result.warnings.map(blamed) };
}

function refuse({
  variable,
  complaint: found,
}: {
  readonly variable: string;
  readonly complaint: Complaint;
}): ConnectionResult {
  return { problems: [{ ...found, origin: { type: "variable", variable } }] };
}

function isGiven(text: string | undefined): text is string {
  return text !== undefined && text !== "";
}
