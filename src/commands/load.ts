import type { Config } from "../config/config.ts";
import { formatIssue } from "../config/issue.ts";
import { loadConfig } from "../config/load.ts";
import type { Runtime } from "./runtime.ts";

/** The configuration that the flags and the environment name, or what is wrong with it, one line each. */
export async function load(
  runtime: Runtime,
  file: string | undefined,
): Promise<{ readonly config: Config } | { readonly problems: readonly string[] }> {
  const result = await loadConfig(file, { variables: runtime.variables, osUser: runtime.osUser });
  return "config" in result ? result : { problems: result.issues.map(formatIssue) };
}
