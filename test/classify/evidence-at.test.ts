import { expect, test } from "vitest";

import { evidenceAt } from "../../src/classify/evidence-at.ts";
import { anEvidence, aPrepared, aSlotHorizon, aSnapshot } from "../support/a-snapshot.ts";

const evidence = anEvidence({
  preparedTransactions: [aPrepared({ preparedSeconds: 30, xidAge: 12 })],
  slotHorizons: [aSlotHorizon({ xminAge: 40 }), aSlotHorizon({ catalogXminAge: 700 })],
});
const { takenAtSeconds, nextXid } = evidence;

test("evidence of an earlier look is as much older as the server's clock and its transactions went on", () => {
  const look = aSnapshot({ takenAtSeconds: takenAtSeconds + 20, nextXid: nextXid + 5 });
  expect(evidenceAt(look, evidence)).toEqual({
    ...evidence,
    preparedTransactions: [aPrepared({ preparedSeconds: 50, xidAge: 17 })],
    slotHorizons: [aSlotHorizon({ xminAge: 45 }), aSlotHorizon({ catalogXminAge: 705 })],
  });
});

test("evidence that was taken just after its look is younger there, but never below nothing", () => {
  const look = aSnapshot({ takenAtSeconds: takenAtSeconds - 0.5, nextXid: nextXid - 2 });
  const { preparedTransactions, slotHorizons } = evidenceAt(look, evidence);
  expect(preparedTransactions).toMatchObject([{ preparedSeconds: 29.5, xidAge: 10 }]);
  expect(slotHorizons.map(({ xminAge }) => xminAge)).toEqual([38, null]);
  const long = aSnapshot({ takenAtSeconds: takenAtSeconds - 60, nextXid: nextXid - 100 });
  expect(evidenceAt(long, evidence).preparedTransactions).toMatchObject([{ preparedSeconds: 0, xidAge: 0 }]);
});
