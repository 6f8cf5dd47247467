import { emptyHistory, withLook, type History } from "../advise/history.ts";
import { protectedBy } from "../advise/protected-session.ts";
import { sparesRoleBy } from "../advise/spared-role.ts";
import { poolSightings } from "../classify/pools/pool-sighting.ts";
import type { ConfiguredPool, PoolUse } from "../classify/pools/pool.ts";
import type { ThresholdRules } from "../classify/thresholds.ts";
import type { Policy } from "../decide/policy.ts";
import { timeText } from "../time-text.ts";
import { readLooks, type LeftOut } from "./read-looks.ts";
import type { RecordedLook } from "./recorded-look.ts";

/** What the looks at a server were taken by, and whom nobody ends there. */
export type HistoryRules = {
  readonly thresholds: ThresholdRules;
  readonly pools: readonly ConfiguredPool[];
  readonly policy: Pick<Policy, "protections">;
};

/** By the name of the server, in the order in which they come. */
export type RecordedHistories = LeftOut & { readonly histories: ReadonlyMap<string, History> };

export type HistoryQuestion = {
  /** Whose history is asked for; `undefined` for all. */
  readonly server: string | undefined;
  /** `null` where nobody knows the server. */
  readonly rulesFor: (server: string) => HistoryRules | null;
};

/**
 * What recordings show, the older file first; with a `server`, only the looks at that one. The problem, in words, is one
 * of `readLooks`, that the files are in the wrong order, or that nobody knows the server.
 */
export async function recordedHistories(
  paths: readonly string[],
  { server, rulesFor }: HistoryQuestion,
): Promise<RecordedHistories | { readonly problem: string }> {
  const histories = new Map<string, History>();
  // What is known from the files before the one that is read.
  let before: ReadonlyMap<string, History> = new Map();
  let lastIndex = 0;
  const read = await readLooks(paths, {
    server,
    take(look, fileIndex) {
      if (fileIndex !== lastIndex) before = new Map(histories);
      lastIndex = fileIndex;
      return add(histories, before, { look, rules: rulesFor(look.server) });
    },
  });
  return "problem" in read ? read : { ...read, histories };
}

type Judged = { readonly look: RecordedLook; readonly rules: HistoryRules | null };

/** What is wrong with the look, if it cannot be added. */
function add(
  histories: Map<string, History>,
  before: ReadonlyMap<string, History>,
  { look: recorded, rules }: Judged,
): string | null {
  const { server, look, ownRole } = recorded;
  const { takenAtSeconds } = look.snapshot;
  const known = before.get(server);
  const lastSeconds = known?.lastLook?.takenAtSeconds ?? -Infinity;
  // Within a file the server's clock may have been set back: only where the next one begins is the order told.
  if (histories.get(server) === known && takenAtSeconds <= lastSeconds)
    return `a look of ${timeText(takenAtSeconds)} is not later than the last of the files before, of ${timeText(lastSeconds)}: name each file once, and the older file first`;
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
