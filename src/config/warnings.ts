import { expectedWarnings } from "./expected-warnings.ts";
import type { FileWarning, Path } from "./issue.ts";
import { itemPaths, valueAt } from "./raw-file.ts";
import type { FileConfig } from "./schema.ts";

/** To place each one costs a walk through the text: nobody reads more of them. */
const MOST_WARNINGS = 100;

/** What is to be warned of in a file that has no mistakes, as it is written, and as it is read. */
export function findWarnings(raw: unknown, file: FileConfig): readonly FileWarning[] {
  return [...enforcesWithoutRules(raw), ...expectedWarnings(raw, file)].slice(0, MOST_WARNINGS);
}

/** Whoever turns the switch expects leaks to end. Nothing is in danger, so it is no mistake: the rules may come later. */
function enforcesWithoutRules(file: unknown): readonly FileWarning[] {
  const path: Path = ["policy", "mode"];
  if (valueAt(file, path) !== "enforce" || itemPaths(file, ["policy", "rules"]).length > 0) return [];
  const told = "without policy.rules, enforce ends nobody (add rules, or write dry_run)";
  return [{ path, at: "value", told }];
}
