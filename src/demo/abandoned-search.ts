import { setTimeout } from "node:timers/promises";

import type { Sinner } from "./worker.ts";

/** It sleeps in place of computing, so that showing it costs nothing. */
export const abandonedSearch: Sinner = {
  kind: "stale_active",
  role: "search",
  applicationName: "search-api",
  story:
    "The request timed out and its caller has gone, but nobody cancelled the query: the server still runs it.",
  async work(sql) {
    const search = sql`SELECT o.id, o.customer FROM orders AS o, pg_sleep(86400) AS missing_index
      WHERE o.note ILIKE '%' || ${"gift"} || '%'`;
    const rows = search.catch(() => []); // whatever becomes of it, nobody is waiting any more
    await Promise.race([rows, setTimeout(200)]);
    return { search };
  },
};
