import { existsSync } from "node:fs";
import { join } from "node:path";

import { repositoryRoot } from "../repository-root.ts";

/** Where the programs of a major are; `undefined` is the one that a plain `npm ci` installs. Throws where it is missing. */
export function packageOf(major: string): string | undefined {
  if (major === "18") return undefined;
  const root = join(repositoryRoot(), "test", "matrix", "node_modules", `pg${major}`);
  if (!existsSync(root)) throw new Error(`PostgreSQL ${major} is not installed: npm ci --prefix test/matrix`);
  return root;
}
