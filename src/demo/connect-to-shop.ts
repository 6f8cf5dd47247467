import postgres from "postgres";

import type { Worker } from "./worker.ts";

/** Where the server listens: a socket folder or an address. */
export type ShopAddress = { readonly host: string; readonly port: number };

/**
 * A client of the shop's database with one connection. A transaction on it is a plain BEGIN, and there is no query for
 * types: postgres.js 3.4.9 ends the process when the server ends a session inside of `begin`, `reserve` or that query.
 */
export function connectToShop(
  address: ShopAddress,
  { role, applicationName }: Pick<Worker, "role" | "applicationName">,
): postgres.Sql {
  return postgres({
    ...address,
    user: role,
    database: "shop",
    max: 1,
    // By default the driver renews connections within the hour, which would heal what we are here to show.
    max_lifetime: null,
    fetch_types: false,
    onnotice: () => {},
    connection: { application_name: applicationName },
  });
}
