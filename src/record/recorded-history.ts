import { emptyHistory, withLook, type History } from "../advise/history.ts";
import { protectedBy } from "../advise/protected-session.ts";
import { sparesRoleBy } from "../advise/spared-role.ts";
import { poolSightings } from "../classify/pools/pool-sighting.ts";
import type { ConfiguredPool, PoolUse } from "../classify/pools/pool.ts";
import type { ThresholdRules } from "../classify/thresholds.ts";
import type { Policy } from "../decide/policy.ts";
import { timeText } from "../time-text.ts";
import { linesOf } from "./lines.ts";
import { readLookLine } from "./look-line.ts";
import { recordVersion, type RecordedLook } from "./recorded-look.ts";
import { whyUnreadable } from "./why-unreadable.ts";

/** What the looks at a server were taken by, and whom nobody ends there. */
export type HistoryRules = {
  readonly thresholds: ThresholdRules;
  readonly pools: readonly ConfiguredPool[];
  readonly policy: Pick<Policy, "protections">;
};

export type RecordedHistories = {
  /** By the name of the server, in the order in which they come. */
  readonly histories: ReadonlyMap<string, History>;
  /** Lines that were torn by a crash, damaged, or are not ours, and where the first of them is. */
  readonly unreadable: { readonly lines: number; readonly first: string };
  /** Some of the servers that were left out. */
  readonly otherServers: readonly string[];
};

/** More than anybody watches with one process. */
const MOST_SERVERS = 1000;

const MOST_OTHERS = 10;

type Running = {
  readonly server: string | undefined;
  readonly rulesFor: (server: string) => HistoryRules | null;
  readonly histories: Map<string, History>;
  readonly others: Set<string>;
  unreadable: RecordedHistories["unreadable"];
};

/**
 * What recordings show, the older file first; with a `server`, only the looks at that one. The problem, in words, is that a file
 * cannot be read, that a newer pgleash wrote it, that the files are in the wrong order, or that nobody knows the server.
 */
export async function recordedHistories(
  paths: readonly string[],
  { server, rulesFor }: Pick<Running, "server" | "rulesFor">,
): Promise<RecordedHistories | { readonly problem: string }> {
  const unreadable = { lines: 0, first: "" };
  const running: Running = { server, rulesFor, histories: new Map(), others: new Set(), unreadable };
  for (const path of paths) {
    const before = new Map(running.histories);
    try {
      for await (const { number, text } of linesOf(path)) {
        if (text === "") continue;
        const problem = follow(running, before, { place: `${path}:${number}`, text });
        if (problem !== null) return { problem: `${path}:${number}: ${problem}` };
      }
    } catch (error) {
      return { problem: `${path} cannot be read: ${whyUnreadable(error)}` };
    }
  }
  const { histories, others } = running;
  return { histories, unreadable: running.unreadable, otherServers: [...others] };
}

/** Adds what one line comes to. What is wrong with it, if that ends it all. */
function follow(
  running: Running,
  before: ReadonlyMap<string, History>,
  { place, text }: { readonly place: string; readonly text: string | null },
): string | null {
  const read = text === null ? null : readLookLine(text);
  if (read?.type === "newer")
    return `a newer pgleash wrote it: version ${read.version} of a recorded look, and this one knows ${recordVersion}`;
  if (read?.type !== "look") {
    const { lines, first } = running.unreadable;
    running.unreadable = { lines: lines + 1, first: lines === 0 ? place : first };
    return null;
  }
  const { look } = read;
  if (running.server === undefined || look.server === running.server) return add(running, before, look);
  if (running.others.size < MOST_OTHERS) running.others.add(look.server);
  return null;
}

function add(
  { histories, rulesFor }: Running,
  before: ReadonlyMap<string, History>,
  recorded: RecordedLook,
): string | null {
  const { server, look, ownRole } = recorded;
  if (!histories.has(server) && histories.size >= MOST_SERVERS)
    return `there are looks at more than ${MOST_SERVERS} servers: choose one with --server`;
  const { takenAtSeconds } = look.snapshot;
  const known = before.get(server);
  const lastSeconds = known?.lastLook?.takenAtSeconds ?? -Infinity;
  // Within a file the server's clock may have been set back: only where the next one begins is the order told.
  if (histories.get(server) === known && takenAtSeconds <= lastSeconds)
    return `a look of ${timeText(takenAtSeconds)} is not later than the last of the files before, of ${timeText(lastSeconds)}: name each file once, and the older file first`;
  const rules = rulesFor(server);
  if (rules === null) return `a look at ${JSON.stringify(server)}, which the configuration does not name`;
  const { thresholds, pools: declared, policy } = rules;
  const watched = { server, ownRole };
  const isProtected = protectedBy(policy, watched);
  const sparesRole = sparesRoleBy(policy, watched);
  const pooled = { declared, uses: usesIn(look, declared) };
  const judging = { thresholds, isProtected, sparesRole, pools: pooled };
  histories.set(server, withLook(histories.get(server) ?? emptyHistory, recorded, judging));
  return null;
}

function usesIn({ snapshot }: RecordedLook["look"], declared: readonly ConfiguredPool[]): readonly PoolUse[] {
  if (declared.length === 0) return [];
  return poolSightings(snapshot, declared).flatMap(({ use }) => use ?? []);
}
