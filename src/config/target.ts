import type { ConfigIssue } from "./issue.ts";

/** One target of a servers file, as it stands there. */
export type Target = {
  /** `host:port`, or a connection string: it may hold a password. */
  readonly text: string;
  /** What its labels call it; `undefined` where they do not. */
  readonly label: string | undefined;
  /** Where it stands, for messages. */
  readonly place: Pick<ConfigIssue, "source" | "position" | "path">;
};

/** A longer one helps nobody; what holds these marks may be a connection string, with a password. */
const showable = /^[^\p{C}\s@=?]{1,100}$/u;

/**
 * Where a target stands, with what it is called: its label, or else its host, where that may be shown. Lines and indexes help nobody with
 * a file that a program wrote.
 */
export function placeOf({ place, label }: Target, host: string | undefined): Target["place"] {
  const shown = [label, host].find((text) => text !== undefined && isShowable(text));
  return shown === undefined ? place : { ...place, path: `${place.path} (${shown})` };
}

function isShowable(text: string): boolean {
  return showable.test(text) && !text.includes("://");
}

/** A host as a message may show it. */
export function shownHost(host: string): string {
  return isShowable(host) ? host : "another one";
}
