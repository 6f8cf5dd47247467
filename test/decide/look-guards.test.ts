import { expect, test } from "vitest";

import { guards } from "../../src/decide/guards/index.ts";
import { NOW } from "../support/a-case.ts";
import { permits, situated, testGuards, type GuardRow } from "../support/guard-rows.ts";

const rows: readonly GuardRow[] = [
  {
    item: "E28",
    reason: "too_little_pressure",
    passes: [situated({ pressure: 0.8 }, { minPressure: 0.8 }), situated({ pressure: 0 })],
    spares: [
      situated({ pressure: 0.79 }, { minPressure: 0.8 }),
      situated({ pressure: Number.NaN }, { minPressure: 0 }),
    ],
  },
  {
    item: "E31",
    reason: "wrong_server_role",
    passes: [
      situated({ standby: true }, { serverRole: "standby" }),
      situated({ standby: false }, { serverRole: "primary" }),
      situated({ standby: true }, { serverRole: "any" }),
    ],
    spares: [
      situated({ standby: true }, { serverRole: "primary" }),
      situated({ standby: false }, { serverRole: "standby" }),
    ],
  },
  {
    item: "E26",
    reason: "outside_window",
    passes: [situated({}, { isOpenAt: (at) => at === NOW })],
    spares: [situated({}, { isOpenAt: (at) => at !== NOW })],
  },
  {
    item: "E23",
    reason: "untrusted_look",
    passes: [situated({ isTrusted: true })],
    spares: [situated({ isTrusted: false })],
  },
  {
    item: "E27",
    reason: "paused",
    passes: [permits({ pause: null })],
    spares: [
      permits({ pause: { reason: "release 7", untilSeconds: null, by: null } }),
      permits({ pause: { reason: "release 7", untilSeconds: NOW + 60, by: "ada" } }),
    ],
  },
  {
    item: "E24",
    reason: "pooled",
    passes: [permits({}), permits({ isPooled: true, isEnforcing: false })],
    spares: [permits({ isPooled: true })],
  },
  {
    item: "E24",
    reason: "no_lease",
    passes: [permits({}), permits({ hasLease: false, isEnforcing: false })],
    spares: [permits({ hasLease: false })],
  },
  {
    item: "E22",
    reason: "no_privilege",
    passes: [permits({}), permits({ canSignal: false, isEnforcing: false })],
    spares: [permits({ canSignal: false })],
  },
  {
    item: "E21",
    reason: "audit_failing",
    passes: [permits({}), permits({ isAuditWorking: false, isEnforcing: false })],
    spares: [permits({ isAuditWorking: false })],
  },
  {
    item: "E1",
    reason: "dry_run",
    passes: [permits({ isEnforcing: true })],
    spares: [permits({ isEnforcing: false })],
  },
];

testGuards(rows);

test("E24: who has no lease is told why", () => {
  const one = permits({ hasLease: false, leaseRefusal: "the lease database is missing" });
  const why = guards.find(({ reason }) => reason === "no_lease")?.why(one);
  expect(why).toBe("pgleash has no lease on this server: the lease database is missing");
});

test.for([
  [null, "the policy names no audit_file"],
  ["ENOSPC", "the audit does not work: ENOSPC"],
] as const)("E21: whoever cannot put it on record is told why: %s", ([auditProblem, says]) => {
  const one = permits({ isAuditWorking: false, auditProblem });
  expect(guards.find(({ reason }) => reason === "audit_failing")?.why(one)).toBe(says);
});

function whyDry(overrides: Parameters<typeof permits>[0]): string | null | undefined {
  const guard = guards.find(({ reason }) => reason === "dry_run");
  return guard?.why(permits({ isEnforcing: false, ...overrides }));
}

test("E2: a dry run says what else would refuse the act, and that it does not ask for the lease", () => {
  expect(whyDry({ hasLease: false })).toBe(
    "enforcing needs mode: enforce in the file, and --enforce at start; a dry run does not ask for the lease",
  );
  expect(whyDry({ isPooled: true, canSignal: false, isAuditWorking: false })).toBe(
    "enforcing needs mode: enforce in the file, and --enforce at start; it would also be refused: " +
      "pooled (a pooler sits in between: connect pgleash to the server itself), " +
      "no_privilege (our role is no member of pg_signal_backend: it needs the grant), " +
      "audit_failing (the policy names no audit_file); " +
      "a dry run does not ask for the lease",
  );
});
