import { describe, expect, test } from "vitest";

import {
  endOfPrepared,
  findPreparedTransactions,
  type PreparedSurroundings,
} from "../../../src/classify/detectors/prepared-transaction.ts";
import type { Finding } from "../../../src/classify/finding.ts";
import type { PreparedTransaction } from "../../../src/observe/evidence.ts";
import { aCut, anEvidence, aPrepared } from "../../support/a-snapshot.ts";
import { rules, thresholds } from "../../support/thresholds.ts";

function found(
  prepared: readonly PreparedTransaction[],
  { blockedSessions = 0, rules: judgedBy = rules, clockJumps = [] }: Partial<PreparedSurroundings> = {},
): readonly Finding[] {
  const evidence = anEvidence({ preparedTransactions: prepared });
  return findPreparedTransactions(evidence, { rules: judgedBy, blockedSessions, clockJumps });
}

function at(second: number): string {
  return `2026-01-01 00:00:0${second}.000001+00`;
}

describe("a prepared transaction", () => {
  test("is named by its age", () => {
    expect(found([aPrepared({ preparedSeconds: 9 })])).toEqual([]);
    const [suspect] = found([aPrepared({ preparedSeconds: 10 })]);
    expect(suspect?.findings).toMatchObject({ severity: "suspect", ageSeconds: 10 });
    const [leaked] = found([aPrepared({ preparedSeconds: 60 })]);
    expect(leaked?.findings.severity).toBe("leaked");
  });

  test("is as old as it is, also when the server's clock was set ahead since", () => {
    const clockJumps = [{ agoSeconds: 15, seconds: 3600 }];
    const [suspect] = found([aPrepared({ preparedSeconds: 3620 })], { clockJumps });
    expect(suspect?.findings).toMatchObject({ severity: "suspect", ageSeconds: 20 });
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
    expect(found([aPrepared()], { rules: { ...rules, overrides } })).toEqual([]);
  });

  test("is gone when its id is, or is used anew", () => {
    const evidence = anEvidence({ preparedTransactions: [aPrepared()] });
    expect(endOfPrepared(aPrepared(), evidence)).toBeNull();
    expect(endOfPrepared(aPrepared({ gid: "tx-2" }), evidence)).toBe("vanished");
    expect(endOfPrepared(aPrepared({ preparedAt: "later" }), evidence)).toBe("vanished");
  });

  test("is not known to be gone while nobody looks", () => {
    expect(endOfPrepared(aPrepared(), null)).toBeNull();
  });

  test("is gone when it is missing in a list that was cut behind its place, else out of sight", () => {
    const all = [1, 3, 5].map((second) => aPrepared({ gid: `tx-${second}`, preparedAt: at(second) }));
    const evidence = anEvidence({ preparedTransactions: all, cut: aCut({ prepared_transactions: 1 }) });
    expect(endOfPrepared(aPrepared({ gid: "tx-3", preparedAt: at(3) }), evidence)).toBeNull();
    expect(endOfPrepared(aPrepared({ preparedAt: at(2) }), evidence)).toBe("vanished");
    // Of those prepared at the same moment as the last, some may be past it.
    expect(endOfPrepared(aPrepared({ preparedAt: at(5) }), evidence)).toBe("lost_sight");
    expect(endOfPrepared(aPrepared({ preparedAt: at(6) }), evidence)).toBe("lost_sight");
  });
});
