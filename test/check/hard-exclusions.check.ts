import type { Row, Sql } from "postgres";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";

import type { SpareReason } from "../../src/decide/reason.ts";
import { openStage, type Stage } from "../support/a-stage.ts";
import { startReplication } from "../support/a-walsender.ts";
import { everybody, startEnforcer, type Act, type Enforcer } from "../support/an-enforcer.ts";
import { checkedMajors } from "../support/checked-majors.ts";
import { waitFor } from "../support/wait-for.ts";
import { leaks, schema, settings, survivors } from "./leaks-and-survivors.ts";

vi.setConfig({ testTimeout: 30_000, hookTimeout: 120_000 });

describe.each(checkedMajors())("under a rule that matches everything, on PostgreSQL %s", (major) => {
  // 13 does not show where a COPY stands: whoever is found waiting for more at every look is called stalled there.
  const unseen = major === "13" ? ["a COPY that moves"] : [];
  const names = Object.keys(survivors).filter((name) => !unseen.includes(name));
  const stood = new Map<string, readonly Row[]>();
  let stage: Stage;
  let walsender: Sql;
  let enforcer: Enforcer;

  beforeAll(async () => {
    stage = await openStage(major, settings, schema);
    // First of all: its slot waits for the end of every transaction under way.
    walsender = await startReplication(stage.arena.server, "replica");
    for (const [name, { play }] of [...Object.entries(survivors), ...Object.entries(leaks)])
      await play?.(stage, { applicationName: name });
    await stage.enter(["BEGIN", "INSERT INTO received VALUES (2)", "PREPARE TRANSACTION 'orphan'"]);
    for (const name of [...names, ...Object.keys(leaks)])
      stood.set(name, await waitFor(`${name} to stand`, () => stage.find(whereIs(name))));
    enforcer = await startEnforcer(stage.arena.server, everybody());
    await waitFor("an act on each leak", async () => {
      const acts = await doneActs();
      return Object.keys(leaks).every((name) => acts.some(({ applicationName }) => applicationName === name));
    });
    // Whoever is as old as those who went has had its turn as often by then.
    await enforcer.looks(10);
  });
  afterAll(async () => {
    await enforcer?.stop();
    await stage?.remove();
    await walsender?.end({ timeout: 0 });
  });

  test.for(names)("E7: %s survives", async (name) => {
    expect(await stage.find(whereIs(name))).toEqual(stood.get(name));
    const pids = stood.get(name)?.map((row) => Number(row["pid"])) ?? [];
    const reason = survivors[name]?.reason ?? null;
    expect(sparedReasonsOf(pids).slice(-3)).toEqual(reason === null ? [] : [reason, reason, reason]);
  });

  test("E7: our own session survives, and is nobody's suspect", async () => {
    expect(await stage.find(`pid = ${enforcer.pid} AND usename = 'pgleash'`)).toHaveLength(1);
    await enforcer.looks(1);
    expect(sparedReasonsOf([enforcer.pid])).toEqual([]);
  });

  test.for(Object.entries(leaks))("E7: %s goes", async ([name, { kind, outcome }]) => {
    const acts = await doneActs();
    expect(acts.filter((act) => act.applicationName === name)).toMatchObject([{ kind, outcome }]);
    // Whose statement is cancelled keeps the session. The client of another may have opened a new one.
    const left = outcome === "cancelled" ? ["idle"] : [];
    const now = (await stage.find(`pid = ${stood.get(name)?.[0]?.["pid"]}`)) ?? [];
    expect(now.map((row) => row["state"])).toEqual(left);
  });

  test("E7: the audit knows of no act on anybody else", async () => {
    const acted = (await enforcer.acts()).map(({ applicationName }) => applicationName ?? "nobody");
    expect(new Set(acted.filter((name) => !unseen.includes(name)))).toEqual(new Set(Object.keys(leaks)));
  });

  test("E35: a prepared transaction stays", async () => {
    const decision = await waitFor("it to be a suspect", () =>
      enforcer.decisions.find(({ episode }) => "prepared" in episode),
    );
    expect(decision).toMatchObject({ type: "spare", reason: "not_a_session" });
    const rows = await stage.arena.admin.unsafe("SELECT gid FROM pg_prepared_xacts");
    expect(rows).toMatchObject([{ gid: "orphan" }]);
  });

  /** Whoever is just at work in a long transaction has moved on, and is tried once more. */
  async function doneActs(): Promise<readonly Act[]> {
    return (await enforcer.acts()).filter(({ outcome }) => outcome !== null && outcome !== "moved_on");
  }

  /** Why these were spared, look after look. */
  function sparedReasonsOf(pids: readonly number[]): readonly SpareReason[] {
    return enforcer.decisions.flatMap((decision) => {
      const { episode } = decision;
      const isOne = "backend" in episode && pids.includes(episode.backend.id.pid);
      return isOne && decision.type === "spare" ? [decision.reason] : [];
    });
  }
});

function whereIs(name: string): string {
  return survivors[name]?.where ?? `application_name = '${name.replaceAll("'", "''")}'`;
}
