import type { Environment } from "../postgres/naming/connection-environment.ts";
import type { Origin } from "../postgres/naming/connection-parts.ts";
import { printable } from "../printable.ts";
import type { Config } from "./config.ts";
import type { ConnectionMistake } from "./connection-mistake.ts";
import { readDocument } from "./document.ts";
import type { ConfigDocument } from "./document.ts";
import { explainIssue } from "./explain-issue.ts";
import { fillPolicy } from "./fill-policy.ts";
import { formatIssue, formatPath, formatWarning } from "./issue.ts";
import type { ConfigIssue, ConfigWarning, Mistake } from "./issue.ts";
import { checkRawRules } from "./raw-rules.ts";
import { resolveServers } from "./resolve-servers.ts";
import { checkRules } from "./rules.ts";
import { configSchema } from "./schema.ts";
import { findWarnings } from "./warnings.ts";

/** A file with more mistakes is no configuration; to place each one costs a walk through the text. */
const MOST_MISTAKES = 500;

/** A file's text, and the name by which messages call it. */
export type ConfigSource = { readonly name: string; readonly text: string };

export type ConfigResult = { readonly config: Config } | { readonly issues: readonly ConfigIssue[] };

/**
 * Turns a file's text and the environment into a configuration, or into all that is wrong with them, in the order
 * of the file. No file, and an empty one, mean the defaults and the servers that the environment names.
 */
export function parseConfig(source: ConfigSource | undefined, environment: Environment): ConfigResult {
  const { name, text } = source ?? { name: "defaults", text: "" };
  const document = readDocument(text);
  const issues: ConfigIssue[] = document.mistakes.map((mistake) => ({ source: name, ...mistake }));
  if (document.value === undefined) return { issues };
  const file = document.value ?? {};
  const locate = (mistake: Mistake): ConfigIssue => locateMistake(mistake, name, document);
  const read = configSchema.safeParse(file, { reportInput: true });
  const ofSchema = read.error?.issues.flatMap(explainIssue) ?? [];
  const mistakes = [...ofSchema, ...checkRules(file), ...checkRawRules(file)];
  issues.push(...mistakes.slice(0, MOST_MISTAKES).map(locate));
  // Servers that cannot be read cannot be resolved; where none are named, the environment is judged in any case.
  const areNamed = ["servers", "servers_file"].some((key) => Object.hasOwn(file, key));
  const known = read.data ?? (areNamed ? undefined : configSchema.parse({}));
  const resolved = known === undefined ? { mistakes: [] } : resolveServers(known, environment);
  if ("mistakes" in resolved) {
    issues.push(...resolved.mistakes.map((mistake) => outsideIssue(mistake) ?? locate(mistake)));
    return { issues: inOrderOfTheFile(issues) };
  }
  if (issues.length > 0 || read.data === undefined) return { issues: inOrderOfTheFile(issues) };
  const { label_budget: labelBudget, comment_labels: commentLabels } = read.data;
  const policy = fillPolicy(read.data.policy);
  const located: readonly ConfigWarning[] = [
    ...findWarnings(file, read.data).map((warning) => ({ ...warning, ...inFile(warning, name, document) })),
    ...resolved.warnings.map((warning) => {
      const { told, path } = warning;
      return { told, ...(outsidePlace(warning.origin) ?? inFile({ path, at: "value" }, name, document)) };
    }),
  ];
  // A variable is told of once, for however many servers it is read.
  const warnings = [...new Set(located.map(formatWarning))];
  const { servers, serversFile } = resolved;
  return { config: { labelBudget, commentLabels, policy, servers, serversFile, warnings } };
}

type Place = Pick<ConfigIssue, "source" | "position" | "path">;

function inFile({ path, at }: Pick<Mistake, "path" | "at">, source: string, document: ConfigDocument): Place {
  return { source, position: document.positionOf(path, at), path: formatPath(path) };
}

/** A place that is not in the configuration file; `undefined` when it is. */
function outsidePlace(origin: Origin): Place | undefined {
  if (origin.type === "string") return undefined;
  if (origin.type === "variable")
    return { source: "environment", position: undefined, path: origin.variable };
  const position = origin.line === undefined ? undefined : { line: origin.line, column: 1 };
  return { source: printable(origin.path), position, path: "" };
}

function locateMistake(mistake: Mistake, source: string, document: ConfigDocument): ConfigIssue {
  const { expected, got, hint } = mistake;
  return { ...inFile(mistake, source, document), expected, got, hint };
}

function outsideIssue({ origin, expected, got, hint }: ConnectionMistake): ConfigIssue | undefined {
  const place = outsidePlace(origin);
  return place === undefined ? undefined : { ...place, expected, got, hint };
}

/** Sorted by place, each once: a bad variable is found again for every server that needs it. */
function inOrderOfTheFile(issues: readonly ConfigIssue[]): readonly ConfigIssue[] {
  const unique = new Map(issues.map((issue) => [formatIssue(issue), issue]));
  return [...unique.values()].toSorted((a, b) => placeOf(a) - placeOf(b));
}

/** What has no place in the file comes last. */
function placeOf({ position }: ConfigIssue): number {
  return position === undefined ? Number.MAX_SAFE_INTEGER : position.line * 1e7 + position.column;
}
