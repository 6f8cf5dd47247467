import { describe, expect, test } from "vitest";

import {
  findPreparedTransactions,
  isStillPrepared,
} from "../../../src/classify/detectors/prepared-transaction.ts";
import type { Finding } from "../../../src/classify/finding.ts";
import type { PreparedTransaction } from "../../../src/observe/evidence.ts";
import { anEvidence, aPrepared } from "../../support/a-snapshot.ts";
import { rules, thresholds } from "../../support/thresholds.ts";

/** What is found in evidence of second 0, so many seconds later. */
function found(
  prepared: readonly PreparedTransaction[],
  { laterSeconds = 0, blockedSessions = 0, judgedBy = rules } = {},
): readonly Finding[] {
  const evidence = anEvidence({ preparedTransactions: prepared });
  const nowSeconds = evidence.takenAtSeconds + laterSeconds;
  return findPreparedTransactions(evidence, { nowSeconds, rules: judgedBy, blockedSessions });
}

describe("a prepared transaction", () => {
  test("is named by its age, which grows between two gatherings of evidence", () => {
    expect(found([aPrepared({ preparedSeconds: 9 })])).toEqual([]);
    const [suspect] = found([aPrepared({ preparedSeconds: 9 })], { laterSeconds: 1 });
    expect(suspect?.findings).toMatchObject({ severity: "suspect", ageSeconds: 10 });
    const [leaked] = found([aPrepared({ preparedSeconds: 9 })], { laterSeconds: 51 });
    expect(leaked?.findings.severity).toBe("leaked");
  });

  test("always holds back vacuum, by as much as its id is old", () => {
    expect(found([aPrepared({ xidAge: 1234 })])[0]?.findings.harm).toEqual({
      level: "vacuum",
      blockedSessions: 0,
      horizonAge: 1234,
      workAtRiskSeconds: null,
    });
  });

  test("blocks others only where it is the only one: PostgreSQL does not say which it is", () => {
    expect(found([aPrepared()], { blockedSessions: 2 })[0]?.findings.harm).toMatchObject({
      level: "blocking",
      blockedSessions: 2,
    });
    const two = found([aPrepared(), aPrepared({ gid: "tx-2" })], { blockedSessions: 2 });
    expect(two.map(({ findings }) => findings.harm.level)).toEqual(["vacuum", "vacuum"]);
  });

  test("can be given other thresholds by its owner and database, and by nothing that it has not", () => {
    const patient = { ...thresholds.prepared_transaction, suspectAfterSeconds: 50 };
    const overrides = [
      {
        matches: ({ usename, state }: { readonly usename: string | null; readonly state: string }) =>
          usename === "app" && state === "unknown",
        thresholds: { prepared_transaction: patient },
      },
    ];
    expect(found([aPrepared()], { judgedBy: { defaults: thresholds, overrides } })).toEqual([]);
  });

  test("is gone when its id is, or is used anew", () => {
    const evidence = anEvidence({ preparedTransactions: [aPrepared()] });
    expect(isStillPrepared(aPrepared(), evidence)).toBe(true);
    expect(isStillPrepared(aPrepared({ gid: "tx-2" }), evidence)).toBe(false);
    expect(isStillPrepared(aPrepared({ preparedAt: "later" }), evidence)).toBe(false);
  });

  test("is not known to be gone while the list of them is cut", () => {
    const evidence = anEvidence({ preparedTransactions: [aPrepared({ gid: "tx-2" })], preparedCut: 1 });
    expect(isStillPrepared(aPrepared(), evidence)).toBe(true);
    expect(isStillPrepared(aPrepared(), null)).toBe(true);
  });
});
