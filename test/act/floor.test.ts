import { expect, test } from "vitest";

import type { Audit } from "../../src/act/audit.ts";
import { carryOut } from "../../src/act/carry-out.ts";
import { emptyLeash } from "../../src/decide/leash.ts";
import { counted } from "../../src/decide/count.ts";
import { builtInFloors } from "../../src/decide/policy.ts";
import type { Session } from "../../src/postgres/session.ts";
import { aLeaked, anAct, aPolicy, aRule, aSituation, NOW } from "../support/a-case.ts";

const audit: Audit = {
  record: () => Promise.resolve(true),
  recordAll: () => Promise.resolve(true),
  isWorking: () => true,
  failure: () => null,
  recover: () => Promise.resolve(true),
  reopen: () => Promise.resolve(true),
  close: () => Promise.resolve(),
};

/** The age in seconds that the statement asks for, under a rule that asks for this one. */
async function ageAsked(minAgeSeconds: number): Promise<unknown> {
  const asked: unknown[] = [];
  const session: Session = {
    query(text, parameters) {
      if (text.includes("pg_terminate_backend")) asked.push(parameters[5]);
      return Promise.resolve({ rows: [], announcedPid: 1 });
    },
    isOpen: () => true,
    close: () => Promise.resolve(),
  };
  const act = anAct(aLeaked(), { rule: aRule({ minAgeSeconds }) });
  const leash = counted(emptyLeash, act, aSituation([act.episode]));
  const plan = { decisions: [act], notices: [] };
  await carryOut(
    session,
    { plan, before: emptyLeash, leash },
    {
      server: "main",
      version: 180_000,
      policy: aPolicy(),
      floors: builtInFloors,
      lookSeconds: NOW,
      lookAgeSeconds: () => 0,
      pollSeconds: 10,
      audit,
      whyStop: () => Promise.resolve(null),
      remember: () => undefined,
    },
  );
  return asked[0];
}

test("E6: the statement that signals asks for the age of the rule, and never for less than the floor", async () => {
  expect(await ageAsked(600)).toBe(600);
  expect(await ageAsked(1)).toBe(builtInFloors.idle_in_transaction);
});
