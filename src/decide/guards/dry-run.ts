import type { Guard } from "../guard.ts";

/** The last guard, so that everything before it is the same in a dry run, and every other reason stays visible. */
export const dryRun: Guard = {
  reason: "dry_run",
  why: ({ situation: { permits } }) =>
    permits.isEnforcing ? null : "dry run: enforcing needs mode: enforce in the file, and --enforce at start",
};
