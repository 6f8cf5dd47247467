import postgres from "postgres";
import type { ShopAddress } from "./connect-to-shop.ts";

/**
 * Creates the role that watches: it may read the statistics, and nothing else but what `more` predefined roles may.
 */
export async function createWatchRole(address: ShopAddress, ...more: readonly string[]): Promise<void> {
  const admin = postgres({ ...address, user: "postgres", database: "postgres", max: 1 });
  try {
    await admin.unsafe("CREATE ROLE pgleash LOGIN");
    await admin.unsafe(`GRANT ${["pg_monitor", ...more].join(", ")} TO pgleash`);
  } finally {
    await admin.end();
  }
}
