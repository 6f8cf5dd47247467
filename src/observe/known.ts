import { noNames, type Names } from "./names.ts";
import type { Texts } from "./texts.ts";

/** What earlier looks read of a server, and the next need not read again. */
export type Known = {
  /** Microseconds since the epoch: another server, or a restart, makes all of it void. `null` before the first look. */
  readonly postmasterStart: number | null;
  readonly names: Names;
  readonly texts: Texts;
};

/** Nothing was read yet. */
export const nothingKnown: Known = { postmasterStart: null, names: noNames, texts: new Map() };
