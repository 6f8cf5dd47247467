import * as z from "zod";

import { mapping } from "./mapping.ts";
import { matcherField } from "./matcher-field.ts";
import { poolLabels } from "./matcher-labels.ts";
import { nameField } from "./name-field.ts";

/** Pools a server: each is a time series of several metrics, and is asked for every group of sessions. */
export const MOST_POOLS = 100;

const pool = mapping({
  name: nameField("The label `pool` of its metrics. Unique on its server.", "orders"),
  match: z
    .array(matcherField(poolLabels), { error: "a list of matchers" })
    .min(1, { error: "at least one matcher, because a pool must say which sessions are its own" })
    .meta({
      description: "Which sessions are its own: all matchers must match. client_addr needs `per: client`.",
    }),
  size: atLeast(1).meta({ description: "How many sessions it keeps.", examples: [10] }),
  max_overflow: atLeast(0)
    .meta({ description: "Sessions that it may open beyond its size for a while.", examples: [5] })
    .default(0),
  per: z
    .enum(["client", "all"], { error: "client or all" })
    .meta({
      description: "Whether size and max_overflow hold for each client host, or for all of them together.",
    })
    .default("all"),
});

/** A schema for the pools of a server. */
export const poolsField = z
  .array(pool, { error: "a list of pools" })
  .max(MOST_POOLS, { error: `at most ${MOST_POOLS} pools` })
  .meta({
    description:
      "Connection pools of applications, and how large they may be. A session belongs to the first that matches.",
  });

function atLeast(least: number) {
  const error = `a whole number of at least ${least}`;
  return z.int({ error }).min(least, { error });
}
