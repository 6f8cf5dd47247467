import { formatIssue } from "../../src/config/issue.ts";
import type { Config } from "../../src/config/config.ts";
import { parseConfig } from "../../src/config/parse.ts";
import type { Environment } from "../../src/postgres/connection-environment.ts";

/** A process started by the user `dba`, with nothing in its environment but `variables`. */
export function anEnvironment(variables: Environment["variables"] = {}): Environment {
  return { variables, osUser: "dba" };
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
