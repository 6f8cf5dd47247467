import type { Target } from "../decide/target.ts";

/** A suspect of which nothing is seen that matchers of a rule could be about, but for what every suspect has. */
export const unseenTarget: Target = {
  server: "",
  kind: "idle_in_transaction",
  severity: "leaked",
  harm: "slot",
  datname: null,
  usename: null,
  applicationName: null,
  clientAddr: null,
  state: "unknown",
  queryId: null,
  commentKeys: new Map(),
};
