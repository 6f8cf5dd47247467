import type { Guard } from "../guard.ts";
import { refusedIfEnforcing } from "../permit-refusals.ts";

/**
 * The last guard, so that everything before it is the same in a dry run, and every other reason stays visible. The permits
 * ask only when enforcing: what they would say is said here, so that a dry run promises nothing that it cannot keep.
 */
export const dryRun: Guard = {
  reason: "dry_run",
  why({ situation: { permits } }) {
    if (permits.isEnforcing) return null;
    const refusals = refusedIfEnforcing(permits).map(({ reason, why }) => `${reason} (${why})`);
    return [
      "enforcing needs mode: enforce in the file, and --enforce at start",
      ...(refusals.length === 0 ? [] : [`it would also be refused: ${refusals.join(", ")}`]),
      "a dry run does not ask for the lease",
    ].join("; ");
  },
};
