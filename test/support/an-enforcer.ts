import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";

import { z } from "zod";

import { openAudit } from "../../src/act/audit.ts";
import { createLease } from "../../src/act/lease.ts";
import { permitted } from "../../src/act/permit.ts";
import type { Threshold, ThresholdRules } from "../../src/classify/thresholds.ts";
import { cycle, firstRemembered, type Leashing } from "../../src/cycle.ts";
import type { Decision } from "../../src/decide/plan.ts";
import type { Floors, Policy } from "../../src/decide/policy.ts";
import { connect } from "../../src/postgres/attempts/connect.ts";
import { startDeadline } from "../../src/postgres/deadline.ts";
import { aPolicy, aRule } from "./a-case.ts";
import { aConnection } from "./a-connection.ts";
import { waitFor } from "./wait-for.ts";

/** Where the server listens. */
type Place = { readonly socketFolder: string; readonly port: number };

/** What the audit says of one act. `outcome` is `null` while it is open. */
export type Act = {
  readonly pid: number;
  readonly kind: string;
  readonly applicationName: string | null;
  readonly outcome: string | null;
};

/** Looks, decides and acts all the time, as the daemon does, with floors that no configuration can have. */
export type Enforcer = {
  /** Of its own session. */
  readonly pid: number;
  /** Every decision ever made. */
  readonly decisions: readonly Decision[];
  /** What its audit file holds, in order. */
  acts(): Promise<readonly Act[]>;
  /** Resolves after so many looks more. Throws what a look threw. */
  looks(count: number): Promise<void>;
  /** Throws what a look threw. */
  stop(): Promise<void>;
};

const everyMs = 200;
const gapSeconds = 30;

/** One second of age, which no rule of a file reaches. */
const floors: Floors = {
  idle_in_transaction_aborted: 1,
  idle_in_transaction: 1,
  stalled_client: 1,
  stale_active: 1,
  long_transaction: 1,
  never_used: 1,
  idle_too_long: 1,
};

const atOnce: Threshold = { enabled: true, suspectAfterSeconds: 0.5, leakedAfterSeconds: 1 };

/** Whatever is a leak by default is one after a second. */
const thresholds: ThresholdRules = {
  defaults: {
    idle_in_transaction_aborted: atOnce,
    idle_in_transaction: atOnce,
    stalled_client: atOnce,
    stale_active: atOnce,
    long_transaction: atOnce,
    never_used: atOnce,
    idle_too_long: { ...atOnce, enabled: false },
    prepared_transaction: atOnce,
    pool_overgrown: atOnce,
  },
  overrides: [],
  expected: [],
  markers: [],
};

/** Whoever is leaked is ended after a second and two looks; nobody is protected, and no limit holds it back. */
export function everybody(overrides: Partial<Policy> = {}): Policy {
  return aPolicy({ rules: [aRule({ minAgeSeconds: 1, minSightings: 2 })], ...overrides });
}

/** Begins to enforce, as the role `pgleash`, which must be there. The test must `stop()` it. */
export async function startEnforcer({ socketFolder, port }: Place, policy: Policy): Promise<Enforcer> {
  const folder = await mkdtemp(join(tmpdir(), "pgleash-audit-"));
  const path = join(folder, "audit.jsonl");
  const audit = await openAudit(path);
  const { session, probe: asked } = await connect(aConnection({ host: socketFolder, port }), {
    deadline: startDeadline(10),
    lookTimeoutSeconds: 10,
  });
  const asking = { deadline: startDeadline(10), prepare: true };
  const { rows } = await session.query("SELECT pg_backend_pid() AS pid", [], asking);
  const [{ pid }] = z.tuple([z.object({ pid: z.number() })]).parse(rows);
  const lease = createLease();
  const means = {
    isEnforcing: true,
    lease,
    leaseDatabase: "postgres",
    pause: null,
    audit,
    auditProblem: null,
  };
  const decisions: Decision[] = [];
  let remembered = firstRemembered();
  let lastMs: number | null = null;
  let looked = 0;
  const stopping = new AbortController();

  async function look(): Promise<void> {
    const deadline = startDeadline(30);
    const around = { probe: asked, pollSeconds: 1, deadline, nowSeconds: Date.now() / 1000 };
    const permit: Leashing["permit"] = (through, { canSignal }) =>
      permitted(through, means, { ...around, canSignal });
    const nowMs = performance.now();
    const { report, remembered: after } = await cycle(session, remembered, {
      probe: asked,
      thresholds,
      pools: [],
      commentKeys: [],
      gapSeconds,
      believesRows: false,
      deadline,
      sinceLastLookSeconds: lastMs === null ? null : (nowMs - lastMs) / 1000,
      isOutOfTurn: false,
      leashing: {
        server: "main",
        policy,
        floors,
        audit,
        pollSeconds: gapSeconds,
        permit,
        whyStop: () => Promise.resolve(null),
        remember: (leash) => void (remembered = { ...remembered, leash }),
      },
    });
    remembered = after;
    lastMs = nowMs;
    decisions.push(...(report.leash?.plan.decisions ?? []));
    looked += 1;
  }

  async function lookOn(): Promise<void> {
    while (!stopping.signal.aborted) {
      await look();
      await setTimeout(everyMs);
    }
  }

  let failure: unknown = null;
  const lookingOn = lookOn().catch((error: unknown) => (failure = error));
  const complain = (): void => {
    if (failure !== null) throw new Error("a look failed", { cause: failure });
  };
  return {
    pid,
    decisions,
    acts: async () => actsIn(await readFile(path, "utf8")),
    async looks(count) {
      const until = looked + count;
      await waitFor(`${count} looks`, () => failure !== null || looked >= until, 30);
      complain();
    },
    async stop() {
      stopping.abort();
      await lookingOn;
      await audit.close();
      await session.close();
      await rm(folder, { recursive: true });
      complain();
    },
  };
}

const intentLine = z.object({
  type: z.literal("intent"),
  id: z.string(),
  pid: z.number(),
  kind: z.string(),
  application_name: z.string().nullable(),
});
const outcomeLine = z.object({ type: z.literal("outcome"), id: z.string(), outcome: z.string() });

function actsIn(text: string): readonly Act[] {
  const lines = text
    .split("\n")
    .slice(0, -1)
    .map((line): unknown => JSON.parse(line));
  const outcomes = new Map(
    lines.flatMap((line) => {
      const read = outcomeLine.safeParse(line);
      return read.success ? [[read.data.id, read.data.outcome] as const] : [];
    }),
  );
  return lines.flatMap((line) => {
    const read = intentLine.safeParse(line);
    if (!read.success) return [];
    const { id, pid, kind, application_name: applicationName } = read.data;
    return [{ pid, kind, applicationName, outcome: outcomes.get(id) ?? null }];
  });
}
