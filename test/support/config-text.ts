import { formatIssue } from "../../src/config/issue.ts";
import type { Config } from "../../src/config/config.ts";
import { parseConfig } from "../../src/config/parse.ts";
import { emptyEnvironment, type Environment } from "../../src/postgres/naming/connection-environment.ts";

/** The home folder of the user `dba`. */
export const home = "/home/dba";

/** A process started by the user `dba`, with nothing in its environment but `variables`, and no files but these. */
export function anEnvironment(
  variables: Environment["variables"] = {},
  files: Readonly<Record<string, string>> = {},
): Environment {
  const readFile: Environment["readFile"] = (path) => {
    const text = files[path];
    return text === undefined ? emptyEnvironment.readFile(path) : { text };
  };
  return {
    variables,
    osUser: "dba",
    homeFolder: home,
    readFile,
    exists: (path) => Object.hasOwn(files, path),
  };
}

/** What the author of a file named `pgleash.yml` is told; empty when it loads. */
export function issuesOf(text: string, environment: Environment = anEnvironment()): readonly string[] {
  const result = parseConfig({ name: "pgleash.yml", text }, environment);
  return "issues" in result ? result.issues.map(formatIssue) : [];
}

/** The configuration of a text that must load. */
export function configOf(text: string, environment: Environment = anEnvironment()): Config {
  const result = parseConfig({ name: "pgleash.yml", text }, environment);
  if ("config" in result) return result.config;
  throw new Error(`expected a file that loads, got: ${result.issues.map(formatIssue).join("; ")}`);
}
