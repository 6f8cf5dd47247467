import type { Reading } from "../reading.ts";

/** The version of the schema, in each line. A new meaning raises it, and so does a field that must be there. */
export const recordVersion = 1;

/** One look at one server, with all that it takes to judge it anew. */
export type RecordedLook = Reading & {
  /** The name that the configuration gave it. */
  readonly server: string;
};
