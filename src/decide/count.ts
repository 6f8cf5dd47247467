import { keyOfEpisode } from "../classify/episode-key.ts";
import type { Leash } from "./leash.ts";
import type { LedgerEntry, Outcome } from "./ledger.ts";
import type { Act } from "./plan.ts";
import { modeOf, type Situation } from "./situation.ts";

/** The leash once an act is begun, or recorded as one that a dry run would have done: it counts before it is known to work. */
export function counted(leash: Leash, act: Act, situation: Situation): Leash {
  const key = keyOfEpisode(act.episode);
  const mode = modeOf(situation);
  const entry: LedgerEntry = {
    atSeconds: situation.nowSeconds,
    mode,
    rule: act.rule.name,
    action: act.action,
    episode: key,
    holder: act.holder,
    holderSessions: act.holderSessions,
    applicationSessions: act.applicationSessions,
    outcome: null,
  };
  const known = leash.acted.get(key);
  const attempts = (known?.mode === mode ? known.attempts : 0) + 1;
  return {
    ...leash,
    ledger: { ...leash.ledger, entries: [...leash.ledger.entries, entry] },
    acted: new Map(leash.acted).set(key, { mode, attempts, outcome: null }),
  };
}

/** The leash once it is known what became of the act on this episode. One that had moved on was none. */
export function settled(leash: Leash, act: Act, outcome: Outcome): Leash {
  const key = keyOfEpisode(act.episode);
  const at = leash.ledger.entries.findLastIndex(({ episode }) => episode === key);
  const entry = leash.ledger.entries[at];
  const known = leash.acted.get(key);
  return {
    ...leash,
    ledger:
      entry === undefined
        ? leash.ledger
        : { ...leash.ledger, entries: leash.ledger.entries.with(at, { ...entry, outcome }) },
    acted: known === undefined ? leash.acted : new Map(leash.acted).set(key, { ...known, outcome }),
  };
}
