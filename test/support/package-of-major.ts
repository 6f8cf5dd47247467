import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { postgresPackage } from "../../src/demo/postgres-package.ts";

/** Where the programs of a PostgreSQL major are installed: 18 by the root install, the others by test/matrix. */
export function packageOfMajor(major: string): string {
  if (major === "18") {
    return postgresPackage();
  }
  const root = fileURLToPath(new URL(`../matrix/node_modules/pg${major}`, import.meta.url));
  if (!existsSync(root)) {
    throw new Error(`PostgreSQL ${major} is not installed: npm ci --prefix test/matrix`);
  }
  return root;
}
