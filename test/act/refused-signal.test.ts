import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";

import { openAudit, type Audit } from "../../src/act/audit.ts";
import type { PauseWatch } from "../../src/act/pause-file.ts";
import { actsWithin } from "../../src/decide/acts-within.ts";
import type { Session } from "../../src/postgres/session.ts";
import { aLeashSettings, watchServer, type Watched } from "../support/a-watch.ts";
import { aPath, linesOf } from "../support/an-audit.ts";
import { configOf } from "../support/config-text.ts";
import { postgresMajors } from "../support/real-postgres.ts";
import { waitFor } from "../support/wait-for.ts";
import { openArena, type Arena } from "./arena.ts";

vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

/** A statement that no cancel ends. */
const schema = `
  CREATE FUNCTION go_on() RETURNS void LANGUAGE plpgsql AS $$
    BEGIN
      LOOP
        BEGIN PERFORM pg_sleep(60); EXCEPTION WHEN query_canceled THEN NULL; END;
      END LOOP;
    END $$`;

const file = `policy:
  rules:
    - { name: leaks, action: terminate, match: ['kind="stale_active"', 'usename="app"'], min_age: 1h }
`;

const refusal = /permission denied|must be a member/;

describe.each(postgresMajors())("E15: a signal that is refused after another, on PostgreSQL %s", (major) => {
  let arena: Arena;
  const cleanups: (() => Promise<unknown>)[] = [];

  beforeAll(async () => {
    arena = await openArena(major);
    await arena.admin.unsafe(schema);
  });
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
    await arena.admin.unsafe("GRANT pg_signal_backend TO pgleash");
  });
  afterAll(() => arena.remove());

  test("a terminate that is refused after the cancel was sent is no act that touched nobody", async () => {
    const backend = await arena.see(await goOn(), "PgSleep");
    let asked = 0;
    const ending = await arena.end(backend, {
      kind: "stale_active",
      verifySeconds: 0.4,
      async whyStop() {
        if ((asked += 1) === 2) await revoke();
        return null;
      },
    });
    expect(ending).toMatchObject({ outcome: "not_confirmed", isRefused: true });
    expect(ending.detail).toMatch(
      /^its statement was cancelled, and still runs after 0.2 s; the server refused to end its session: /,
    );
    expect(ending.detail).toMatch(refusal);
    expect(await arena.isThere(backend)).toBe(true);
  });

  test("nor is one whose end may not be looked for: it was sent", async () => {
    const { pid } = await arena.enter(["BEGIN"]);
    const backend = await arena.see(pid);
    const { session } = arena.looker;
    const look = "EXECUTE ON FUNCTION pg_stat_get_activity(integer)";
    const blinded: Session = {
      ...session,
      async query(...asked) {
        const reply = await session.query(...asked);
        if (asked[0].includes("pg_terminate_backend")) await arena.admin.unsafe(`REVOKE ${look} FROM PUBLIC`);
        return reply;
      },
    };
    cleanups.push(() => arena.admin.unsafe(`GRANT ${look} TO PUBLIC`));
    const ending = await arena.end(backend, { through: blinded });
    expect(ending).toEqual({ outcome: "failed", detail: expect.stringMatching(refusal) });
    await waitFor("it to be gone", async () => !(await arena.isThere(backend)));
  });

  test("the act counts in the limits, and nobody else is tried until the grant is asked for anew, at the next look", async () => {
    await goOn();
    await goOn();
    // Both have leaked before the first look, so that it is one look that decides on both, and always the same one.
    await waitFor("two leaks of two seconds", async () => (await leaksOfTwoSeconds()) === 2);
    const path = await aPath();
    const audit = await openAudit(path);
    cleanups.push(() => audit.close());
    const watch = daemonLike(...revokedBeforeTerminate(audit));
    await waitFor("the refusal", async () => {
      await watch.look();
      return (watch.view().report?.leash?.results ?? []).length > 0;
    });
    const { leash } = watch.view().report ?? { leash: null };
    expect(leash?.results).toMatchObject([{ outcome: "not_confirmed", isRefused: true }]);
    expect(decisionsOf(watch)).toEqual(["act", "no_privilege"]);
    if (leash === null) throw new Error("no look was decided on");
    expect(actsWithin(60, { leash: leash.state, situation: leash.situation })).toHaveLength(1);
    expect((await linesOf(path)).filter(({ type }) => type === "outcome")).toMatchObject([
      { outcome: "not_confirmed", detail: expect.stringMatching(refusal) },
    ]);
    await watch.look();
    expect(decisionsOf(watch)).toEqual(["no_privilege", "no_privilege"]);
  });

  /** A session that runs a statement which no cancel ends; its pid. */
  async function goOn(): Promise<number> {
    const { sql, pid } = await arena.enter();
    sql.unsafe("SELECT go_on()").catch(() => undefined);
    cleanups.push(() => arena.admin.unsafe("SELECT pg_terminate_backend($1)", [pid]));
    return pid;
  }

  async function leaksOfTwoSeconds(): Promise<number> {
    const rows = await arena.admin.unsafe(`
      SELECT FROM pg_stat_activity
      WHERE query = 'SELECT go_on()' AND state = 'active' AND query_start <= clock_timestamp() - interval '2 s'`);
    return rows.length;
  }

  async function revoke(): Promise<void> {
    await arena.admin.unsafe("REVOKE pg_signal_backend FROM pgleash");
  }

  /** An audit, and a pause that is never ordered: it is asked for before each signal, at the second of the first act with the grant gone. */
  function revokedBeforeTerminate(audit: Audit): readonly [Audit, PauseWatch] {
    let signals: number | null = null;
    const recorded: Audit = {
      ...audit,
      record(record) {
        if (record.type === "intent") signals ??= 0;
        return audit.record(record);
      },
    };
    const pause: PauseWatch = {
      async read() {
        if (signals !== null && (signals += 1) === 2) await revoke();
        return null;
      },
    };
    return [recorded, pause];
  }

  /** A watch as the daemon has it, under a rule that ends whatever is leaked. */
  function daemonLike(audit: Audit, pause: PauseWatch): Watched {
    const { policy } = configOf(file);
    const rules = policy.rules.map((rule) => ({
      ...rule,
      minAgeSeconds: 0,
      minSightings: 1,
      minFollowedSeconds: 0,
      warnForSeconds: 0,
    }));
    const limits = { ...policy.limits, coolDownSeconds: 0, perLook: 9, perMinute: 9, share: 1 };
    const floors = { ...aLeashSettings().floors, stale_active: 0 };
    const leash = aLeashSettings({
      policy: { ...policy, rules, limits },
      floors,
      isEnforcing: true,
      audit,
      pause,
    });
    const { socketFolder: host, port } = arena.server;
    const watch = watchServer({ host, port }, { leash, everyMs: 0 });
    cleanups.push(() => watch.close());
    return watch;
  }
});

/** What was decided at the last look: `act`, or why not. */
function decisionsOf(watch: Watched): readonly string[] {
  const { decisions } = watch.view().report?.leash?.plan ?? { decisions: [] };
  return decisions.map((one) => (one.type === "act" ? one.type : one.reason));
}
