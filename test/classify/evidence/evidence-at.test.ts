import { expect, test } from "vitest";

import { evidenceAt } from "../../../src/classify/evidence/evidence-at.ts";
import { anEvidence, aPrepared, aSlotHorizon, aSnapshot } from "../../support/a-snapshot.ts";

const evidence = anEvidence({
  preparedTransactions: [aPrepared({ preparedSeconds: 30, xidAge: 12 })],
  slotHorizons: [aSlotHorizon({ xminAge: 40 }), aSlotHorizon({ catalogXminAge: 700 })],
});
const { takenAtSeconds, nextXid } = evidence;

test("what is prepared is as much older as the server's clock and its transactions went on, a slot is as it was read", () => {
  const look = aSnapshot({ takenAtSeconds: takenAtSeconds + 20, nextXid: nextXid + 5 });
  expect(evidenceAt(look, evidence)).toEqual({
    ...evidence,
    preparedTransactions: [aPrepared({ preparedSeconds: 50, xidAge: 17 })],
  });
});

test("what was read as prepared just after its look is younger there, but never below nothing", () => {
  const look = aSnapshot({ takenAtSeconds: takenAtSeconds - 0.5, nextXid: nextXid - 2 });
  expect(evidenceAt(look, evidence).preparedTransactions).toMatchObject([
    { preparedSeconds: 29.5, xidAge: 10 },
  ]);
  const long = aSnapshot({ takenAtSeconds: takenAtSeconds - 60, nextXid: nextXid - 100 });
  expect(evidenceAt(long, evidence).preparedTransactions).toMatchObject([{ preparedSeconds: 0, xidAge: 0 }]);
});
