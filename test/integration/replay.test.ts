import { readFile, writeFile } from "node:fs/promises";

import type postgres from "postgres";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";

import { run } from "../../src/commands/run.ts";
import { cycle, firstRemembered, type Leashing } from "../../src/cycle.ts";
import type { Decision } from "../../src/decide/plan.ts";
import { builtInFloors, type Floors } from "../../src/decide/policy.ts";
import type { SpareReason } from "../../src/decide/reason.ts";
import { createWatchRole } from "../../src/demo/create-watch-role.ts";
import type { EmbeddedPostgres } from "../../src/demo/prepare-postgres.ts";
import type { Report } from "../../src/expose/report.ts";
import { connect } from "../../src/postgres/attempts/connect.ts";
import { startDeadline } from "../../src/postgres/deadline.ts";
import { probe } from "../../src/postgres/probe.ts";
import type { Session } from "../../src/postgres/session.ts";
import { linesOf } from "../../src/record/lines.ts";
import { readLookLine } from "../../src/record/look-line.ts";
import type { RecordedLook } from "../../src/record/recorded-look.ts";
import { createRecorder } from "../../src/record/recorder.ts";
import {
  dryRun,
  firstReplayMemory,
  replayLook,
  type Replayed,
  type ReplayRules,
} from "../../src/record/replay.ts";
import { aPolicy, aRule, noLimits, permitted } from "../support/a-case.ts";
import { aLog } from "../support/a-log.ts";
import { aProcess, runWords } from "../support/a-runtime.ts";
import { aServerConfig, quickThresholds } from "../support/a-watch.ts";
import { aPath } from "../support/an-audit.ts";
import { connectTo, postgresMajors, startServer } from "../support/real-postgres.ts";
import { waitFor } from "../support/wait-for.ts";
import { withoutFields } from "../support/without-fields.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const noFloors: Floors = {
  ...builtInFloors,
  idle_in_transaction_aborted: 0,
  idle_in_transaction: 0,
  stalled_client: 0,
  stale_active: 0,
  long_transaction: 0,
  never_used: 0,
};

/** A warning of half a second, a budget that is soon used up, and somebody who is protected. */
const rules: ReplayRules = {
  thresholds: quickThresholds,
  pools: [
    {
      name: "crowd",
      matches: ({ applicationName }) => applicationName === "crowd",
      size: 1,
      maxOverflow: 0,
      per: "all",
    },
  ],
  commentKeys: ["shard"],
  floors: noFloors,
  policy: aPolicy({
    mode: "dry_run",
    rules: [
      aRule({ name: "blockers", matches: ({ harm }) => harm === "blocking", minAgeSeconds: 1 }),
      aRule({
        name: "checkout",
        matches: ({ commentKeys }) => commentKeys.get("route") === "/checkout",
        minAgeSeconds: 2,
        warnForSeconds: 0.5,
      }),
      aRule({
        name: "the others",
        matches: ({ kind, commentKeys }) =>
          kind !== "stale_active" && commentKeys.get("route") !== "/checkout",
        minAgeSeconds: 2,
        minHarm: "ddl",
        minSightings: 3,
      }),
    ],
    protections: [{ name: "etl", mayMatch: ({ applicationName }) => applicationName === "etl" }],
    limits: { ...noLimits, perLook: 1, perMinute: 2 },
  }),
};

/** Why suspects are spared in the course of the looks. */
const wanted: readonly SpareReason[] = [
  "dry_run",
  "acted_before",
  "announced",
  "protected",
  "rate_minute",
  "too_little_harm",
  "no_rule",
  "not_a_session",
];

const permit: Leashing["permit"] = () =>
  Promise.resolve({ permits: dryRun, leaseRefusal: null, auditFailure: null });
const whyStop: Leashing["whyStop"] = () => Promise.resolve(null);

describe.each(postgresMajors())("on PostgreSQL %s", (major) => {
  let server: EmbeddedPostgres;
  let admin: postgres.Sql;
  let session: Session;
  const sessions: postgres.Sql[] = [];

  beforeAll(async () => {
    server = await startServer(major, { max_prepared_transactions: "5" });
    await createWatchRole({ host: server.socketFolder, port: server.port });
    admin = connectTo(server);
    await admin.unsafe("CREATE ROLE app LOGIN; CREATE TABLE public.cards (id int, pin text)");
    await admin.unsafe("GRANT ALL ON public.cards TO app; INSERT INTO public.cards VALUES (1, '0')");
    const { connection } = aServerConfig({ host: server.socketFolder, port: server.port });
    ({ session } = await connect(connection, { deadline: startDeadline(5), lookTimeoutSeconds: 5 }));
  });
  afterAll(async () => {
    await session.close();
    await server.stop("immediate");
    await Promise.all([admin, ...sessions].map((sql) => sql.end({ timeout: 0 })));
    await server.remove();
  });

  /** A session that has run these statements, and is left as they leave it. */
  async function enter(applicationName: string, ...statements: readonly string[]): Promise<postgres.Sql> {
    const sql = connectTo(server, { user: "app", applicationName });
    sessions.push(sql);
    for (const statement of statements) await sql.unsafe(statement).catch(() => undefined);
    return sql;
  }

  /** Takes looks as the watch does, until all has been seen, and returns what each of them came to. */
  async function looksUntil(
    isOver: (reports: readonly Report[]) => boolean,
    path: string,
  ): Promise<readonly Report[]> {
    const probed = await probe(session, { deadline: startDeadline(5), lookTimeoutSeconds: 5 });
    const recorder = createRecorder(path, { log: aLog().log });
    const reports: Report[] = [];
    let remembered = firstRemembered();
    let lastMs: number | null = null;
    try {
      await waitFor("everything to be seen", async () => {
        const nowMs = performance.now();
        const sinceLastLookSeconds = lastMs === null ? null : (nowMs - lastMs) / 1000;
        lastMs = nowMs;
        const judging = { ...rules, gapSeconds: 30, isOutOfTurn: false, believesRows: false };
        const looked = await cycle(session, remembered, {
          ...judging,
          probe: probed,
          sinceLastLookSeconds,
          deadline: startDeadline(5),
          leashing: {
            server: "main",
            policy: rules.policy,
            floors: rules.floors,
            audit: null,
            pollSeconds: 10,
            permit,
            whyStop,
            remember: () => undefined,
          },
        });
        remembered = looked.remembered;
        reports.push(looked.report);
        recorder.record({ server: "main", ...looked.reading }, remembered.memory.attributions);
        return isOver(reports);
      });
    } finally {
      await recorder.close();
    }
    return reports;
  }

  test("E2, E3: what was recorded replays to the suspects and plans of the live process, in either mode", async () => {
    await enter(
      "blocker",
      "BEGIN",
      "UPDATE public.cards SET pin = 'hunter2' WHERE id = 1 /*route='/pay',user='hunter2'*/",
    );
    const select = "SELECT pin FROM public.cards WHERE pin = 'hunter2'";
    const forgot = await enter("web", "BEGIN", `${select} /*route='/checkout',shard='7'*/`);
    for (const name of ["left", "left", "etl"]) await enter(name, "BEGIN", select);
    void enter("blocked", "UPDATE public.cards SET pin = 'hunter2' WHERE id = 1");
    await enter("failed", "BEGIN", "SELECT 'hunter2' hunter2 oops /*route='/pay'*/");
    await enter("begun", "BEGIN");
    void enter("slow", "SELECT pg_sleep(600), 'hunter2', 471147114711");
    await enter("prepared", "BEGIN", "SELECT 'hunter2'", "PREPARE TRANSACTION 'tx-1'");
    for (let count = 0; count < 3; count += 1) await enter("crowd", "SELECT 'hunter2' /*route='/cart'*/");
    const path = await aPath("looks.jsonl");
    let hasReturned = false;
    const reports = await looksUntil((all) => {
      const reasons = new Set(all.flatMap(decisionsOf).map(reasonOf));
      const unseen = wanted.filter((reason) => !reasons.has(reason));
      if (unseen.length > 0) throw new Error(`not seen yet: ${unseen.join(", ")}`);
      if (!hasReturned) void forgot.unsafe("COMMIT").execute();
      hasReturned = true;
      return hasReturned && all.at(-1)?.events.some(({ type }) => type === "ended") === true;
    }, path);

    const looks = await looksIn(path);
    expect(looks.length).toBe(reports.length);
    const replayed = replayAll(looks, dryRun);
    expect(replayed.map(shownOfReplay)).toEqual(reports.map(shownOfReport));
    expect(actsIn(replayed.flatMap(({ plan }) => plan.decisions))).toBeGreaterThan(1);

    const enforced = replayAll(looks, permitted).map(({ plan }) => plan);
    expect(enforced.map(({ decisions }) => decisions.map(inEitherMode))).toEqual(
      reports.map((report) => decisionsOf(report).map(inEitherMode)),
    );
    expect(enforced.flatMap(({ decisions }) => decisions).filter(({ type }) => type === "act").length).toBe(
      actsIn(replayed.flatMap(({ plan }) => plan.decisions)),
    );

    const text = await readFile(path, "utf8");
    expect([text.includes("hunter2"), text.includes("471147114711")]).toEqual([false, false]);
    expect(text.includes("UPDATE public.cards SET pin = ? WHERE id = ?")).toBe(true);
  });

  test("E3: what serve puts on record, replay reads", async () => {
    await enter("report", "BEGIN", "SELECT pin FROM public.cards WHERE pin = 'hunter2'");
    const [path, configFile] = [await aPath("looks.jsonl"), await aPath("pgleash.yml")];
    await writeFile(
      configFile,
      "every: 1s\ndetectors: { idle_in_transaction: { suspect_after: 1s, leaked_after: 1s } }\n" +
        "policy: { rules: [{ name: app, match: ['usename=\"app\"', 'kind=\"idle_in_transaction\"'], action: terminate, min_age: 1h }] }\n",
    );
    const place = { PGHOST: server.socketFolder, PGPORT: String(server.port) };
    const { runtime, signal } = aProcess({
      variables: { ...place, PGUSER: "pgleash", PGDATABASE: "postgres" },
    });
    const flags = ["--web.listen-address=127.0.0.1:0", "--log.level=error", `--config.file=${configFile}`];
    const served = run(runtime, ["serve", ...flags, `--record=${path}`]);
    await waitFor("the leak to be on record", async () =>
      (await looksIn(path)).some(({ look }) =>
        look.snapshot.candidates.some(({ applicationName }) => applicationName === "report"),
      ),
    );
    signal("SIGTERM");
    expect(await served).toBe(0);

    const looks = (await looksIn(path)).length;
    const { code, stdout, stderr } = await runWords(["replay", path, `--config.file=${configFile}`]);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(
      new RegExp(`^local:5432: ${looks} looks?, .*; [1-9]\\d* suspects?, [1-9]\\d* of them`),
    );
    expect(stdout).toMatch(/spared, .*too_young [1-9]/);
    expect((await readFile(path, "utf8")).includes("hunter2")).toBe(false);
  });
});

async function looksIn(path: string): Promise<readonly RecordedLook[]> {
  const looks: RecordedLook[] = [];
  for await (const { text } of linesOf(path)) {
    const read = readLookLine(text ?? "");
    if (read.type === "look") looks.push(read.look);
  }
  return looks;
}

function replayAll(looks: readonly RecordedLook[], permits: typeof dryRun): readonly Replayed[] {
  let memory = firstReplayMemory;
  return looks.map((look) => {
    const replayed = replayLook(look, memory, { rules, permits });
    memory = replayed.after;
    return replayed;
  });
}

function decisionsOf({ leash }: Report): readonly Decision[] {
  return leash?.plan.decisions ?? [];
}

/** In a dry run the last guard spares whoever is acted on. */
function reasonOf(decision: Decision): SpareReason {
  return decision.type === "act" ? "dry_run" : decision.reason;
}

function actsIn(decisions: readonly Decision[]): number {
  return decisions.filter((one) => reasonOf(one) === "dry_run").length;
}

/** All but the statements as they were read. */
function shownOfReplay({ verdict: { suspects, events, slots, pools, horizons }, plan }: Replayed): unknown {
  return withoutFields({ suspects, events, slots, pools, horizons, plan }, "statement");
}

function shownOfReport({ suspects, events, slots, pools, horizons, leash }: Report): unknown {
  return withoutFields({ suspects, events, slots, pools, horizons, plan: leash?.plan }, "statement");
}

/** Who, by which rule, and why they are spared. */
function inEitherMode(decision: Decision): unknown {
  const { episode, rule } = decision;
  return withoutFields({ episode, rule, reason: reasonOf(decision) }, "statement");
}
