import type { TimeoutPlace } from "../expose/timeouts-json.ts";

/** The advice for servers, as programs and as people read it. What a running pgleash says is passed on as it is. */
export type Advised = {
  readonly json: readonly unknown[];
  readonly lines: readonly string[];
  /** The roles and databases that were seen together, by the name of the server. */
  readonly seen: ReadonlyMap<string, readonly TimeoutPlace[]>;
};

/** Where nobody looked. */
export const nothingAdvised: Advised = { json: [], lines: [], seen: new Map() };
