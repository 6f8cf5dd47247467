import type { Sql } from "postgres";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { EmbeddedPostgres } from "../../src/demo/prepare-postgres.ts";
import type { Backend, Snapshot } from "../../src/observe/snapshot.ts";
import { aCut } from "../support/a-snapshot.ts";
import { connectTo, postgresMajors, startServer } from "../support/real-postgres.ts";
import { startStandby } from "../support/standby.ts";
import { waitFor } from "../support/wait-for.ts";
import { openLooker, type Looker } from "./looker.ts";

describe.each(postgresMajors())("a standby of PostgreSQL %s", (major) => {
  let primary: EmbeddedPostgres;
  let standby: EmbeddedPostgres;
  let writer: Sql;
  let reader: Sql;
  let onPrimary: Looker;
  let onStandby: Looker;

  beforeAll(async () => {
    primary = await startServer(major, { max_prepared_transactions: "10", autovacuum: "off" });
    standby = await startStandby(primary, major);
    writer = connectTo(primary, { applicationName: "writer" });
    reader = connectTo(standby, { applicationName: "reader" });
    await reader.unsafe("ALTER SYSTEM SET hot_standby_feedback = on");
    await reader.unsafe("ALTER SYSTEM SET wal_receiver_status_interval = '1s'");
    await reader.unsafe("SELECT pg_reload_conf()");
    await reader.unsafe("BEGIN ISOLATION LEVEL REPEATABLE READ");
    await reader.unsafe("SELECT count(*) FROM pg_class");
    onPrimary = await openLooker(primary);
    onStandby = await openLooker(standby);
  });
  afterAll(async () => {
    await Promise.all([onPrimary.close(), onStandby.close()]);
    await Promise.all([reader, writer].map((client) => client.end({ timeout: 0 })));
    await standby.remove();
    await primary.remove();
  });

  async function seen(): Promise<Backend | undefined> {
    const { candidates } = await onStandby.look();
    return candidates.find(({ applicationName }) => applicationName === "reader");
  }

  test("tells what its readers hold back, by the transactions of its primary", async () => {
    const before = (await seen())?.xminAge ?? NaN;
    for (let n = 0; n < 5; n += 1) await writer.unsafe("SELECT pg_current_xact_id()");
    await waitFor("the standby to follow", async () => (await seen())?.xminAge === before + 5);
    const { standby: isStandby, horizons } = await onStandby.look();
    expect({ isStandby, horizons }).toEqual({
      isStandby: true,
      horizons: { sessions: before + 5, standbys: null },
    });
    expect((await seen())?.xidAge).toBeNull();
  });

  test("counts the transactions of its primary just as the ages do, be others still under way", async () => {
    const busy = connectTo(primary, { applicationName: "busy" });
    try {
      await busy.unsafe("BEGIN");
      await busy.unsafe("SELECT pg_current_xact_id()");
      // Its primary's log tells of both at once: of a transaction that wrote nothing yet, and of the next.
      const before = await afterTransactions(1, 2);
      const later = await afterTransactions(5, 5);
      const { evidence } = await onStandby.gather();
      expect(later.nextXid).toBe(before.nextXid + 5);
      expect(evidence?.nextXid).toBe(later.nextXid);
    } finally {
      // A session that is only left goes when the server finds out, and until then holds the horizon.
      await busy.unsafe("ROLLBACK");
      await busy.end();
    }
  });

  /** What the standby shows after so many more of its primary, which make its reader older by this. */
  async function afterTransactions(count: number, older: number): Promise<Snapshot> {
    const before = (await seen())?.xminAge ?? NaN;
    for (let n = 0; n < count; n += 1) await writer.unsafe("SELECT pg_current_xact_id()");
    await waitFor("the standby to follow", async () => (await seen())?.xminAge === before + older);
    return onStandby.look();
  }

  test("shows its primary that a standby holds back vacuum", async () => {
    const { horizons } = await waitFor("its feedback", async () => {
      const snapshot = await onPrimary.look();
      return snapshot.horizons.standbys !== null && snapshot;
    });
    expect(horizons.sessions).toBeNull();
    expect(horizons.standbys).toBeGreaterThanOrEqual(5);
  });

  test("shows its primary by its slot what it holds back: every table, not the catalogs alone", async () => {
    await writer.unsafe("SELECT pg_create_physical_replication_slot('replica')");
    await reader.unsafe("COMMIT");
    await reader.unsafe("ALTER SYSTEM SET primary_slot_name = 'replica'");
    await reader.unsafe("SELECT pg_reload_conf()");
    const slot = await waitFor("its feedback", async () => {
      const { evidence } = await onPrimary.gather();
      return evidence?.slotHorizons[0];
    });
    expect(slot).toEqual({
      slotName: "replica",
      active: true,
      xminAge: expect.any(Number),
      catalogXminAge: null,
    });
  });

  test("gives evidence like any server, of prepared transactions none", async () => {
    await writer.unsafe("BEGIN");
    await writer.unsafe("SELECT pg_current_xact_id()");
    await writer.unsafe("PREPARE TRANSACTION 'on the primary'");
    const { evidence, failure } = await onStandby.gather({ waiterPids: [1], idlePids: [1] });
    expect(failure).toBeNull();
    expect(evidence).toMatchObject({ preparedTransactions: [], advisoryLockPids: [], cut: aCut() });
    const { evidence: ofPrimary } = await onPrimary.gather();
    expect(ofPrimary?.preparedTransactions).toHaveLength(1);
  });
});
