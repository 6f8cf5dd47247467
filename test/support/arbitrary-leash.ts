import * as fc from "fast-check";

import type { Episode } from "../../src/classify/episode.ts";
import type { Acted, Announcement, Leash } from "../../src/decide/leash.ts";
import { outcomes, type Breaker, type LedgerEntry } from "../../src/decide/ledger.ts";
import { policyModes, ruleActions } from "../../src/decide/policy.ts";
import { keyOfEpisode } from "../../src/classify/episode-key.ts";
import { anEntry, anOpenBreaker, NOW } from "./a-case.ts";
import { arbitraryHolder, mostly } from "./arbitrary-suspects.ts";

const rule = fc.constantFrom("rule 0", "rule 1", "rule 2");

const entry: fc.Arbitrary<LedgerEntry> = fc
  .record({
    atSeconds: fc.constantFrom(NOW - 4000, NOW - 90, NOW - 30, NOW - 5, NOW + 100),
    mode: fc.constantFrom(...policyModes),
    rule,
    holder: arbitraryHolder,
    outcome: fc.constantFrom(...outcomes, null),
  })
  .map(anEntry);

const acted: fc.Arbitrary<Acted> = fc.record({
  mode: fc.constantFrom(...policyModes),
  attempts: fc.integer({ min: 1, max: 2 }),
  outcome: fc.constantFrom(...outcomes, null),
});

const announcement: fc.Arbitrary<Announcement> = fc
  .record({
    rule,
    mode: mostly(policyModes[1], policyModes[0]),
    action: mostly(ruleActions[1], ruleActions[0]),
    agoSeconds: fc.constantFrom(0, 30, 60),
    warnForSeconds: fc.constantFrom(30, 60),
    isHeld: mostly(false, true),
  })
  .map(({ agoSeconds, warnForSeconds, isHeld, ...told }) => {
    const announcedSeconds = NOW - agoSeconds;
    const noticeSinceSeconds = isHeld ? null : announcedSeconds;
    return {
      ...told,
      announcedSeconds,
      noticeSinceSeconds,
      plannedSeconds: announcedSeconds + warnForSeconds,
    };
  });

const breaker = mostly<Breaker>(
  { state: "closed", sinceSeconds: 0 },
  anOpenBreaker({ sinceSeconds: NOW - 10 }),
  anOpenBreaker({ sinceSeconds: NOW - 1890 }),
  anOpenBreaker({ sinceSeconds: NOW - 9000, why: "unconfirmed", grounds: null }),
);

/** Something for some of the keys. */
function forSome<T>(keys: readonly string[], value: fc.Arbitrary<T>): fc.Arbitrary<ReadonlyMap<string, T>> {
  const one = fc.option(value);
  return fc
    .tuple(...keys.map((key) => one.map((known) => (known === null ? [] : [[key, known] as const]))))
    .map((pairs) => new Map(pairs.flat()));
}

/** What earlier looks at these suspects may have left. */
export function arbitraryLeash(suspects: readonly Episode[]): fc.Arbitrary<Leash> {
  const keys = suspects.flatMap((one) => ("backend" in one ? [keyOfEpisode(one)] : []));
  const announcements = fc.uniqueArray(announcement, { selector: (one) => one.rule, maxLength: 3 });
  return fc.record({
    announcements: forSome(keys, announcements),
    acted: forSome(keys, acted),
    ledger: fc.record({ entries: fc.array(entry, { maxLength: 4 }), breaker }),
  });
}
