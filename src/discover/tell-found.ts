import type { ServerConfig } from "../config/config.ts";
import type { Log } from "../log.ts";

/** What reading the servers files came to. */
type Found = {
  readonly before: readonly ServerConfig[];
  readonly after: readonly ServerConfig[];
  /** How many of them files name. */
  readonly namedBefore: number;
  readonly namedAfter: number;
  /** Of files that could not be read as they are now, and of targets that are left out: one line each. */
  readonly problems: readonly string[];
  readonly refused: readonly string[];
  /** What was told of problems before. */
  readonly told: string;
};

/** A log record does not hold more; there may be a thousand. */
const MOST_TOLD = 20;

/** Writes what changed into the log, and returns what is told of problems by then: what stays as it was is not repeated. */
export function tellFound(log: Log, found: Found): string {
  const { before, after, namedBefore, namedAfter, problems, refused, told } = found;
  const [old, now] = [namesOf(before), namesOf(after)];
  const added = [...now].filter((name) => !old.has(name));
  const removed = [...old].filter((name) => !now.has(name));
  const change = { servers: now.size, added: shortened(added), removed: shortened(removed) };
  if (namedBefore > 0 && namedAfter === 0)
    log.warn({ ...change, gone: namedBefore }, "servers files name no server any more");
  else if (added.length + removed.length > 0) log.info(change, "servers named");
  const telling = JSON.stringify([problems, refused]);
  if (telling === told) return told;
  if (problems.length > 0)
    log.error({ problems: shortened(problems) }, `servers file not read: ${whoStays("it", namedBefore)}`);
  if (refused.length > 0)
    log.error({ problems: shortened(refused) }, "targets of servers files left out: all others are watched");
  if (problems.length + refused.length === 0 && told !== "") log.info({}, "servers files are fine again");
  return problems.length + refused.length === 0 ? "" : telling;
}

/** Nobody stays where nobody was named. */
export function whoStays(who: "it" | "they", namedBefore: number): string {
  return namedBefore > 0
    ? `the servers that ${who} named before stay`
    : `${who} named no server before, so there is none to keep`;
}

function namesOf(servers: readonly ServerConfig[]): ReadonlySet<string> {
  return new Set(servers.map(({ name }) => name));
}

function shortened(lines: readonly string[]): readonly string[] {
  const more = lines.length - MOST_TOLD;
  return more > 0 ? [...lines.slice(0, MOST_TOLD), `and ${more} more`] : lines;
}
