import * as z from "zod";

import { countField } from "./count-field.ts";
import { mapping } from "./mapping.ts";
import { matcherField } from "./matcher-field.ts";
import { poolLabels } from "./matcher-labels.ts";
import { nameField } from "./name-field.ts";

/** Pools a server: each is a time series of several metrics, and is asked for every group of sessions. */
export const MOST_POOLS = 100;

/** Of each part of a formula: what is beyond is a slip of the pen, and their product stays a whole number. */
const MOST_IN_FORMULA = 10_000;

/** The parts of the formula in place of a size, those first that it cannot do without. */
export const FORMULA_KEYS = ["workers", "connections_per_worker", "buffer"] as const;

/** For editors only: `pool-rules.ts` says it to people, with the place. */
const oneWayToSayHowLarge = {
  oneOf: [
    { required: ["size"], not: { anyOf: FORMULA_KEYS.map((key) => ({ required: [key] })) } },
    { required: ["workers", "connections_per_worker"], not: { required: ["size"] } },
  ],
};

const pool = mapping({
  name: nameField("The label `pool` of its metrics. Unique on its server.", "orders"),
  match: z
    .array(matcherField(poolLabels), { error: "a list of matchers" })
    .min(1, { error: "at least one matcher, because a pool must say which sessions are its own" })
    .meta({
      description: "Which sessions are its own: all matchers must match. client_addr needs `per: client`.",
    }),
  size: atLeast(1)
    .meta({
      description: "How many sessions it keeps. Either this, or `workers` and `connections_per_worker`.",
      examples: [10],
    })
    .optional(),
  workers: countField(
    1,
    MOST_IN_FORMULA,
    "How many workers share it: its size is workers × connections_per_worker + buffer.",
  )
    .meta({ examples: [4] })
    .optional(),
  connections_per_worker: countField(1, MOST_IN_FORMULA, "How many sessions each worker keeps.")
    .meta({ examples: [10] })
    .optional(),
  buffer: countField(
    0,
    MOST_IN_FORMULA,
    "Sessions beside those of the workers: of migrations, of a console. 0 where it is absent.",
  )
    .meta({ examples: [5] })
    .optional(),
  max_overflow: atLeast(0)
    .meta({ description: "Sessions that it may open beyond its size for a while.", examples: [5] })
    .default(0),
  per: z
    .enum(["client", "all"], { error: "client or all" })
    .meta({
      description: "Whether size and max_overflow hold for each client host, or for all of them together.",
    })
    .default("all"),
}).meta(oneWayToSayHowLarge);

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
