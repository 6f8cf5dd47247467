import { afterAll, beforeAll, expect, test } from "vitest";

import { fastMicros, serverMicros } from "../../../bench/verdict/recorder/fast-clock.ts";
import { throughFastClock } from "../../../bench/verdict/recorder/fast-session.ts";
import { createLifetime } from "../../../bench/lifetime.ts";
import { openOwnSession } from "../../../bench/targets/own-session.ts";
import { candidateAges } from "../../../src/classify/candidate-ages.ts";
import { builtInRules } from "../../../src/classify/thresholds.ts";
import { createWatchRole } from "../../../src/demo/create-watch-role.ts";
import type { EmbeddedPostgres } from "../../../src/demo/prepare-postgres.ts";
import { observe } from "../../../src/observe/observe.ts";
import { startDeadline } from "../../../src/postgres/deadline.ts";
import { connectTo, startServer } from "../../support/real-postgres.ts";
import { waitFor } from "../../support/wait-for.ts";

let server: EmbeddedPostgres;
beforeAll(async () => {
  server = await startServer("18");
  await createWatchRole({ host: server.socketFolder, port: server.port });
});
afterAll(() => server.remove());

test("what the fast clock shows leads back to the very microsecond", () => {
  const clock = { factor: 60, originMicros: 1_790_000_000_000_000 };
  for (const micros of [1_790_000_000_000_000, 1_790_000_123_456_789, 1_789_999_999_999_999])
    expect(serverMicros(clock, fastMicros(clock, micros))).toBe(micros);
});

test("a transaction that is idle for two seconds is two minutes old, and a candidate from one minute on", async () => {
  const lifetime = createLifetime();
  const { session, probe } = await openOwnSession(lifetime, server);
  const fast = throughFastClock(session, { factor: 60, originMicros: Date.now() * 1000 });
  const sql = connectTo(server, { applicationName: "forgotten" });
  await sql.unsafe("BEGIN");
  await sql.unsafe("SELECT 1");
  const look = async () => {
    const { snapshot, known } = await observe(fast, {
      version: probe.version,
      followedPids: [],
      sampledApplications: [],
      ages: candidateAges(builtInRules, false),
      groupsByClient: false,
      limits: { candidates: 10, groups: 10 },
      deadline: startDeadline(5),
      prepare: true,
    });
    const found = snapshot.candidates.find(({ applicationName }) => applicationName === "forgotten");
    return { found, known };
  };
  expect((await look()).found).toBe(undefined);
  const found = await waitFor("it to be a candidate", async () => (await look()).found);
  expect(found.stateSeconds).toBeGreaterThanOrEqual(60);
  expect(found.stateSeconds).toBeLessThan(1800);
  expect(found.statement?.head).toBe("SELECT 1");
  await sql.end();
  await lifetime.end();
});
