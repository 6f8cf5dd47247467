import type { Guard } from "../guard.ts";

/** One look may be wrong. A gap between looks, and a restart of either side, start the count anew. */
export const tooFewSightings: Guard = {
  reason: "too_few_sightings",
  why: ({ episode: { sightings }, rule: { minSightings } }) =>
    sightings >= minSightings ? null : `it was seen on ${sightings} of ${minSightings} looks`,
};
