import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { z } from "zod";

import { endSession } from "../../src/act/end-session.ts";
import { isOver } from "../../src/act/verify.ts";
import { createWatchRole } from "../../src/demo/create-watch-role.ts";
import type { EmbeddedPostgres } from "../../src/demo/prepare-postgres.ts";
import { startDeadline } from "../../src/postgres/deadline.ts";
import { race, thresholdSeconds, type Attempt, type Toll } from "../act/race.ts";
import { aSuspect } from "../support/a-view.ts";
import { connectTo, postgresMajors, startServer } from "../support/real-postgres.ts";

const isFull = process.env["PGLEASH_TIER"] === "full";
const signals = isFull ? 5000 : 1000;
const naiveSignals = 200;

/** Later transactions: 0.2 %. Of a thousand signals that is 2, and chance makes more than 9 of them once in 20,000 runs. */
const mostLater = isFull ? 0.002 * signals : 9;

vi.setConfig({ testTimeout: isFull ? 1_800_000 : 240_000, hookTimeout: 60_000 });

// The oldest and the newest, in full all of them; others only where neither is asked for.
const ends = postgresMajors().filter((major) => major === "13" || major === "18");
const majors = isFull || ends.length === 0 ? postgresMajors() : ends;

describe.each(majors)("transactions of 5 to 35 ms and a threshold of 20 ms on PostgreSQL %s", (major) => {
  let server: EmbeddedPostgres;
  beforeAll(async () => {
    server = await startServer(major, { max_connections: "100" });
    await createWatchRole({ host: server.socketFolder, port: server.port });
    const admin = connectTo(server);
    await admin.unsafe("GRANT pg_signal_backend TO pgleash; CREATE ROLE app LOGIN");
    await admin.end();
  });
  afterAll(() => server.remove());

  test("E11: a kill by pid ends the wrong transaction in more than half of all cases", async () => {
    const toll = await race(server, killByPid, naiveSignals);
    report(major, "kill by pid", toll);
    expect(toll.committed + toll.later).toBeGreaterThan(toll.signalled / 2);
    expect(toll.others).toBe(0);
  });

  test("E11: nobody else is ended, and hardly ever a later transaction", async () => {
    const toll = await race(server, killChecked, signals);
    report(major, "pgleash", toll);
    expect(toll.signalled).toBeGreaterThanOrEqual(signals);
    expect(toll.others).toBe(0);
    expect(toll.right + toll.committed + toll.later).toBe(toll.signalled);
    expect(toll.later).toBeLessThanOrEqual(mostLater);
  });
});

const killChecked: Attempt = async ({ session, version }, backend) => {
  const act = {
    action: "terminate",
    isOfStatement: false,
    episode: aSuspect({ kind: "idle_in_transaction", backend }),
  } as const;
  const { outcome, detail } = await endSession(session, act, {
    version,
    deadline: startDeadline(20),
    prepare: true,
    minAgeSeconds: thresholdSeconds,
    verifySeconds: 10,
    whyStop: () => Promise.resolve(null),
  });
  if (outcome !== "terminated" && outcome !== "moved_on") throw new Error(`${outcome}: ${detail}`);
  return outcome === "terminated";
};

/** What a cron job does: it lists pids, and signals them. */
const killByPid: Attempt = async ({ session }, backend) => {
  const asking = { deadline: startDeadline(20), prepare: true };
  const statement = "SELECT pg_terminate_backend($1::int) AS signalled";
  const { rows } = await session.query(statement, [backend.id.pid], asking);
  const [{ signalled }] = z.tuple([z.object({ signalled: z.boolean() })]).parse(rows);
  if (signalled) await isOver(session, backend, "session", { seconds: 10, ...asking });
  return signalled;
};

/** One line for the record: shares of those who were signalled. */
function report(
  major: string,
  how: string,
  { signalled, movedOn, right, committed, later, others }: Toll,
): void {
  const share = (count: number): string => `${count} (${((100 * count) / signalled).toFixed(2)} %)`;
  process.stdout.write(
    `PostgreSQL ${major}, ${how}: ${signalled} signalled, ${movedOn} moved on; ended in the right transaction ` +
      `${share(right)}, after its COMMIT ${share(committed)}, in a later one ${share(later)}; others ended: ${others}\n`,
  );
}
