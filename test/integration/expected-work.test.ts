import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import type { Sql } from "postgres";

import { backendKinds } from "../../src/classify/kind.ts";
import type { ThresholdRules } from "../../src/classify/thresholds.ts";
import { createWatchRole } from "../../src/demo/create-watch-role.ts";
import type { EmbeddedPostgres } from "../../src/demo/prepare-postgres.ts";
import { suspectsJson, type DecidedSuspectJson } from "../../src/expose/suspects-json.ts";
import { aPolicy, aRule, noLimits } from "../support/a-case.ts";
import { leashedWatch, type LeashedWatch } from "../support/a-leashed-watch.ts";
import { quickThresholds } from "../support/a-watch.ts";
import { anAudit } from "../support/an-audit.ts";
import { connectTo, postgresMajors, startServer } from "../support/real-postgres.ts";
import { waitFor } from "../support/wait-for.ts";

/** What the role `reports` does may last; what `batch` does lasts as long as it says. */
const thresholds: ThresholdRules = {
  ...quickThresholds,
  expected: [
    {
      matches: ({ usename }) => usename === "reports",
      kinds: backendKinds,
      forSeconds: 3600,
      reason: "month end",
    },
  ],
  markers: [{ matches: ({ usename }) => usename === "batch", atMostSeconds: 3600, inAllSeconds: 7200 }],
};

/** Whatever is leaked is ended. */
const policy = aPolicy({
  rules: [aRule({ name: "leaks", minAgeSeconds: 1, minSightings: 1 })],
  limits: { ...noLimits, perLook: 100, perMinute: 100, perHour: 100 },
});

const MARKER = "/* pgleash:expect=1h */";

describe.each(postgresMajors())("E36: expected work on PostgreSQL %s", (major) => {
  let server: EmbeddedPostgres;

  beforeAll(async () => {
    server = await startServer(major, { track_activity_query_size: "200" });
    await createWatchRole({ host: server.socketFolder, port: server.port }, "pg_signal_backend");
    const admin = connectTo(server);
    await admin.unsafe("CREATE ROLE reports LOGIN; CREATE ROLE batch LOGIN; CREATE ROLE app LOGIN");
    await admin.unsafe("CREATE TABLE stock (id int); INSERT INTO stock VALUES (1), (2)");
    await admin.unsafe("GRANT ALL ON stock TO batch, app");
    await admin.end();
  });
  afterAll(() => server.remove());

  /** A session that has begun a transaction and run these statements in it. */
  async function begin(
    user: string,
    applicationName: string,
    ...statements: readonly string[]
  ): Promise<Sql> {
    const sql = connectTo(server, { user, applicationName });
    onTestFinished(() => sql.end({ timeout: 0 }));
    await sql.unsafe("BEGIN");
    for (const statement of statements) await sql.unsafe(statement);
    return sql;
  }

  async function watching(isEnforcing: boolean): Promise<LeashedWatch> {
    const watch = await leashedWatch(server, { policy, audit: await anAudit(), thresholds, isEnforcing });
    onTestFinished(() => watch.close());
    return watch;
  }

  test("is what the operator names, and what sessions say that may: no suspect, and told by whom", async () => {
    await begin("reports", "report", "SELECT 1");
    await begin("batch", "comment", `${MARKER} SELECT 1`);
    await begin("batch", "name pgleash:expect=1h", "SELECT 1");
    await begin("batch", "soon", "/* pgleash:expect=soon */ SELECT 1");
    await begin("batch", "literal", `SELECT '${MARKER}'`);
    await begin("batch", "cut", `SELECT '${"x".repeat(200)}' ${MARKER}`);
    await begin("batch", "earlier", `${MARKER} SELECT 1`, "SELECT 2");
    await begin("app", "not allowed", `${MARKER} SELECT 1`);
    const watch = await watching(false);
    const unexpected = ["cut", "earlier", "literal", "not allowed", "soon"];
    await looksUntil(watch, () => namesOf(suspectsIn(watch)).length === unexpected.length);
    expect(namesOf(suspectsIn(watch))).toEqual(unexpected);
    const { expected } = suspectsJson([watch.view()]);
    expect(namesOf(expected)).toEqual(["comment", "name pgleash:expect=1h", "report"]);
    expect(expected.map((session) => session.expected.source).toSorted()).toEqual([
      "application_name",
      "comment",
      "configuration",
    ]);
    expect(watch.view().report?.expected.markers).toEqual({
      held: 2,
      capped: 0,
      over: 0,
      malformed: 1,
      repeated: 0,
      not_allowed: 1,
    });
  });

  test("is over when its time is: then it is judged as any other, and ended", async () => {
    const batch = await begin("batch", "batch", "/* pgleash:expect=3s */ SELECT 1");
    const watch = await watching(true);
    await looksUntil(watch, () => suspectsJson([watch.view()]).expected.length === 1);
    expect(suspectsIn(watch)).toEqual([]);
    await batch.unsafe("/* pgleash:expect=4s */ SELECT 1");
    await looksUntil(watch, () => suspectsJson([watch.view()]).expected.length === 1);
    await looksUntil(watch, () => suspectsIn(watch).length === 1);
    expect(suspectsIn(watch)).toMatchObject([
      { severity: "leaked", expected: null, decision: { type: "act", outcome: "terminated" } },
    ]);
    expect(suspectsIn(watch)[0]?.age_seconds).toBeGreaterThanOrEqual(3.9);
  });

  test("that others wait for is told of, and not ended before its time is over", async () => {
    const update = "UPDATE stock SET id = id WHERE id = 1";
    await begin("batch", "batch", `/* pgleash:expect=10s */ ${update}`);
    await begin("app", "other", "UPDATE stock SET id = id WHERE id = 2");
    const waiter = connectTo(server, { user: "app", applicationName: "waiter" });
    onTestFinished(() => waiter.end({ timeout: 0 }));
    const waits = waiter.unsafe(update).execute();
    const watch = await watching(true);
    // Whoever promised nothing is ended meanwhile.
    await looksUntil(watch, () => watch.endsOf("other").length > 0);
    await looksUntil(watch, () => decisionOn(watch, "batch")?.reason === "expected");
    expect(suspectsIn(watch)).toMatchObject([
      { harm: "blocking", blocked_sessions: 1, expected: { source: "comment", reason: null } },
    ]);
    expect(decisionOn(watch, "batch")?.why).toMatch(/^it is expected for another \d+s, by its comment$/);
    await looksUntil(watch, () => decisionOn(watch, "batch")?.type === "act");
    expect(decisionOn(watch, "batch")).toMatchObject({ outcome: "terminated" });
    await waits;
  });
});

/** Looks again and again until it is so. */
function looksUntil(watch: LeashedWatch, isSo: () => boolean): Promise<true> {
  return waitFor("the look", async () => {
    await watch.look();
    return isSo();
  });
}

/** The leaked idle transactions of a view. */
function suspectsIn(watch: LeashedWatch) {
  const { suspects } = suspectsJson([watch.view()]);
  return suspects.flatMap((suspect) =>
    suspect.subject === "backend" && suspect.severity === "leaked" ? [suspect] : [],
  );
}

function namesOf(sessions: readonly { readonly application_name: string | null }[]): readonly string[] {
  return sessions.map(({ application_name: name }) => name ?? "").toSorted();
}

function decisionOn(watch: LeashedWatch, name: string): DecidedSuspectJson["decision"] | undefined {
  return suspectsIn(watch).find(({ application_name: own }) => own === name)?.decision;
}
