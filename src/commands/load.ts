import type { Config } from "../config/config.ts";
import { formatIssue, type ConfigIssue } from "../config/issue.ts";
import { loadConfig } from "../config/load.ts";
import { createFileLookup, readConnectionFile } from "../postgres/naming/connection-files.ts";
import { noConnectionWord } from "./no-connection-word.ts";
import type { Runtime } from "./runtime.ts";

/**
 * The configuration that the flags and the environment name, or what is wrong with it, one line each. The connection
 * string of the command line, here `url`, stands in for DATABASE_URL. Throws a `UsageError` where `file` is a connection string.
 */
export async function load(
  { variables, osUser, homeFolder }: Pick<Runtime, "variables" | "osUser" | "homeFolder">,
  file: string | undefined,
  url?: string,
): Promise<{ readonly config: Config } | { readonly problems: readonly string[] }> {
  if (file !== undefined) noConnectionWord(file, "the configuration");
  const given = url === undefined ? variables : { ...variables, DATABASE_URL: url };
  const environment = {
    variables: given,
    osUser,
    homeFolder,
    readFile: readConnectionFile,
    exists: await createFileLookup(homeFolder),
  };
  const result = await loadConfig(file, environment);
  if ("config" in result) return result;
  const issues = url === undefined ? result.issues : result.issues.map(blamedOnArgument);
  return { problems: issues.map(formatIssue) };
}

function blamedOnArgument(issue: ConfigIssue): ConfigIssue {
  const isOfUrl = issue.source === "environment" && issue.path === "DATABASE_URL";
  return isOfUrl ? { ...issue, source: "argument", path: "CONNECTION" } : issue;
}
