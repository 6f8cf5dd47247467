import type { Sql } from "postgres";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { EmbeddedPostgres } from "../../src/demo/prepare-postgres.ts";
import { createConnection } from "../../src/postgres/connection.ts";
import { startDeadline, type Deadline } from "../../src/postgres/deadline.ts";
import type { Probe } from "../../src/postgres/probe.ts";
import type { Session } from "../../src/postgres/session.ts";
import { warmUp } from "../../src/postgres/warm-up.ts";
import { openLooker } from "../observe/looker.ts";
import { aConnection } from "../support/a-connection.ts";
import { connectTo, postgresMajors, startServer } from "../support/real-postgres.ts";
import { waitFor } from "../support/wait-for.ts";

/** What `npm run bench` shows it to be good for is not shown here: that takes hundreds of sessions. */
describe.each(postgresMajors())("the warm-up of a backend of PostgreSQL %s", (major) => {
  let server: EmbeddedPostgres;
  let admin: Sql;
  beforeAll(async () => {
    server = await startServer(major, { max_connections: "300" });
    admin = connectTo(server);
  });
  afterAll(async () => {
    await admin.end();
    await server.remove();
  });

  test.for([
    { slots: 300, pooled: false, statements: 1 },
    { slots: 299, pooled: false, statements: 0 },
    { slots: 5000, pooled: true, statements: 0 },
  ])(
    "takes $statements statements with $slots slots, pooled: $pooled",
    async ({ slots, pooled, statements }) => {
      const looker = await openLooker(server);
      const asked: string[] = [];
      const listening: Session = {
        ...looker.session,
        query(text, parameters, options) {
          asked.push(text);
          return looker.session.query(text, parameters, options);
        },
      };
      await warmUp(listening, probed(slots, pooled), startDeadline(5));
      expect(asked).toHaveLength(statements);
      await looker.close();
    },
  );

  test("costs no connection where the server refuses it", async () => {
    const looker = await openLooker(server);
    const { session } = looker;
    await session.query("SET statement_timeout = 1", [], { deadline: startDeadline(5), prepare: false });
    await warmUp(session, probed(300), startDeadline(5));
    expect(session.isOpen()).toBe(true);
    await looker.close();
  });

  test("leaves no session behind, wherever the time of a look runs out", async () => {
    const place = { host: server.socketFolder, port: server.port };
    const settings = aConnection(place, { user: "postgres" });
    let isUsed = false;
    let questions = 0;
    while (!isUsed) {
      questions += 1;
      const connection = createConnection();
      const options = { deadline: endingAfter(questions), lookTimeoutSeconds: 5 };
      isUsed = await connection.use(settings, options).then(
        () => true,
        () => false,
      );
      await connection.close();
    }
    // Of the probe, of its settings, of the warm-up.
    expect(questions).toBeGreaterThan(3);
    await waitFor("no session of ours", async () => {
      const [row] = await admin.unsafe(
        "SELECT count(*)::int AS sessions FROM pg_stat_activity WHERE application_name = 'pgleash'",
      );
      return row?.["sessions"] === 0 || undefined;
    });
  });
});

function probed(slots: number, pooled = false): Pick<Probe, "pooled" | "slots"> {
  return {
    pooled,
    slots: { max_connections: slots, reserved_connections: 0, superuser_reserved_connections: 3 },
  };
}

/** A deadline that has passed once it was asked so often. */
function endingAfter(questions: number): Deadline {
  const deadline = startDeadline(5);
  let asked = 0;
  return {
    remainingSeconds() {
      asked += 1;
      return asked > questions ? 0 : deadline.remainingSeconds();
    },
  };
}
