import { expect, test } from "vitest";

import { openAudit } from "../../src/act/audit.ts";
import { carryOut } from "../../src/act/carry-out.ts";
import { readAudit } from "../../src/act/read-audit.ts";
import { rebuildLeash } from "../../src/act/rebuild-leash.ts";
import { decide } from "../../src/decide/decide.ts";
import { emptyLeash, type Leash } from "../../src/decide/leash.ts";
import { builtInFloors } from "../../src/decide/policy.ts";
import { openSession } from "../../src/postgres/session.ts";
import { anEntry, anOpenBreaker, aPolicy, aSituation, NOW } from "../support/a-case.ts";
import { aConnection } from "../support/a-connection.ts";
import { aPath } from "../support/an-audit.ts";

const breaker = { futileActs: 3, unconfirmedActs: 2, windowSeconds: 600, coolDownSeconds: 1800 };
const policy = aPolicy({ breaker });

/** No act is done in these looks, and so nothing is ever asked of a server. */
const nowhere = aConnection({ host: "/nowhere", port: 1 });
const session = openSession(nowhere, { address: nowhere.addresses[0], isEncrypted: false });

/** What a look without suspects leaves: in memory, and for the next process on record. */
async function afterLook(before: Leash, nowSeconds = NOW): Promise<readonly [Leash, Leash]> {
  const path = await aPath();
  const audit = await openAudit(path);
  const decided = decide(aSituation([], { nowSeconds }), before, { policy, floors: builtInFloors });
  const look = { lookSeconds: nowSeconds, lookAgeSeconds: () => 0, pollSeconds: 10 };
  const options = { server: "main", version: 180_000, policy, floors: builtInFloors, audit, ...look };
  const { leash } = await carryOut(
    session,
    { ...decided, before },
    { ...options, whyStop: () => Promise.resolve(null), remember: () => undefined },
  );
  await audit.close();
  const read = await readAudit(path);
  return [leash, rebuildLeash("records" in read ? read.records : [], "main")];
}

test("E17, E21: the next process knows whom a breaker was opened for, with what counts, and since when", async () => {
  const entries = [60, 30, 0].map((ago) => anEntry({ atSeconds: NOW - ago }));
  const [leash, rebuilt] = await afterLook({ ...emptyLeash, ledger: { ...emptyLeash.ledger, entries } });
  expect(leash.ledger.breaker).toMatchObject({ state: "open", grounds: { acts: 3, sessionsBefore: 100 } });
  expect(rebuilt.ledger.breaker).toEqual(leash.ledger.breaker);
});

test("E17, E21: a breaker that its trial opened anew cools down anew in the next process, too", async () => {
  const open = anOpenBreaker({ sinceSeconds: NOW - 2400 });
  const entries = [anEntry({ atSeconds: NOW - 600 })];
  const [leash, rebuilt] = await afterLook({ ...emptyLeash, ledger: { entries, breaker: open } });
  expect(leash.ledger.breaker).toMatchObject({ state: "open", sinceSeconds: NOW, grounds: { acts: 1 } });
  expect(rebuilt.ledger.breaker).toEqual(leash.ledger.breaker);
});

test("E17: a breaker that stays as it was is not put on record again", async () => {
  const open = anOpenBreaker();
  const [leash, rebuilt] = await afterLook({ ...emptyLeash, ledger: { entries: [], breaker: open } });
  expect([leash.ledger.breaker, rebuilt.ledger.breaker]).toEqual([open, emptyLeash.ledger.breaker]);
});
