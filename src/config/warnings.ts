import type { Mistake, Path } from "./issue.ts";
import { itemPaths, valueAt } from "./raw-file.ts";

/** What a file says and hardly means, at one place of it. It loads all the same. */
type Warning = Pick<Mistake, "path" | "at"> & { readonly told: string };

/** All that is to be warned of in a raw file that has no mistakes. */
export function findWarnings(file: unknown): readonly Warning[] {
  return enforcesWithoutRules(file);
}

/** Whoever turns the switch expects leaks to end. Nothing is in danger, so it is no mistake: the rules may come later. */
function enforcesWithoutRules(file: unknown): readonly Warning[] {
  const path: Path = ["policy", "mode"];
  if (valueAt(file, path) !== "enforce" || itemPaths(file, ["policy", "rules"]).length > 0) return [];
  const told = "without policy.rules, enforce ends nobody (add rules, or write dry_run)";
  return [{ path, at: "value", told }];
}
