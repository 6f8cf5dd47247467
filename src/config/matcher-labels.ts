import type { DeclaredPool } from "../classify/pool.ts";
import type { Matchable } from "../classify/thresholds.ts";
import type { Labels } from "./matcher.ts";

/** What a pool can know of a session: who holds it. */
export type PoolSession = Parameters<DeclaredPool["matches"]>[0];

const holderFields: Labels<PoolSession>["fields"] = {
  datname: (session) => session.datname,
  usename: (session) => session.usename,
  application_name: (session) => session.applicationName,
  client_addr: (session) => session.clientAddr,
};

/** What an override can be about. */
export const suspectLabels: Labels<Matchable> = {
  fields: {
    ...holderFields,
    state: (suspect) => (suspect.state === "unknown" ? null : suspect.state),
    query_id: (suspect) => suspect.queryId,
  },
  refused: {},
};

const NO_MATTER = "a session belongs to its pool whatever it does";

/** What a pool can be about. */
export const poolLabels: Labels<PoolSession> = {
  fields: holderFields,
  refused: { state: NO_MATTER, query_id: NO_MATTER },
};
