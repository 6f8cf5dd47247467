import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { isMeantForStatement } from "../../src/decide/target.ts";
import type { BackendKind } from "../../src/classify/kind.ts";
import { aLeaked, aRule } from "../support/a-case.ts";
import { postgresMajors } from "../support/real-postgres.ts";
import { targetOf } from "../../src/decide/target.ts";
import { openArena, type Arena } from "./arena.ts";

const terminated = { outcome: "terminated", detail: null };
const movedOn = { outcome: "moved_on", detail: null };

/** As `decide` makes an act of it: whether the rule, which goes by the role alone, is meant for the statement. */
function orderFor(kind: BackendKind, mayDeclare: boolean) {
  const episode = aLeaked(1, { kind, mayDeclare });
  return { kind, isOfStatement: isMeantForStatement(episode, aRule(), targetOf("main", episode)) };
}

const ways = [
  ["in a comment", "/* pgleash:expect=1h */ SELECT 1"],
  ["in its application name", "SET application_name = 'books pgleash:expect=1h'"],
] as const;

describe.each(postgresMajors())(
  "E36: whoever says that it takes long before the signal, on PostgreSQL %s",
  (major) => {
    let arena: Arena;
    beforeAll(async () => {
      arena = await openArena(major);
    });
    afterAll(() => arena.remove());

    test.for(
      (["idle_in_transaction", "long_transaction"] as const).flatMap((kind) =>
        ways.map(([where, statement]) => [kind, where, statement] as const),
      ),
    )("is left alone: %s, %s", async ([kind, _where, statement]) => {
      const { sql, pid } = await arena.enter(["BEGIN", "SELECT 1"]);
      const decidedOn = await arena.see(pid);
      await sql.unsafe(statement);
      const now = await arena.see(pid);
      expect(now).toMatchObject({ state: "idle in transaction", xactStart: decidedOn.xactStart });
      expect(await arena.end(decidedOn, orderFor(kind, true))).toEqual(movedOn);
      expect(await arena.isThere(decidedOn)).toBe(true);
      // What was seen of it with its word is ended, should a look say so.
      expect(await arena.end(now, orderFor(kind, true))).toEqual(terminated);
    });

    test("is left alone while it works: its name may change within a statement", async () => {
      const { sql, pid } = await arena.enter([]);
      const naming = "SELECT set_config('application_name', 'books pgleash:expect=1h', false), pg_sleep(60)";
      const running = sql.unsafe(naming).catch(String);
      const named = await arena.see(pid, "PgSleep");
      expect(named.applicationName).toBe("books pgleash:expect=1h");
      const decidedOn = { ...named, applicationName: "test" };
      expect(await arena.end(decidedOn, orderFor("stale_active", true))).toEqual(movedOn);
      await arena.admin.unsafe("SELECT pg_cancel_backend($1)", [pid]);
      expect(await running).toContain("canceling statement");
    });

    test("a long transaction of whoever may not declare anything is ended, whatever it says", async () => {
      const { sql, pid } = await arena.enter(["BEGIN", "SELECT 1"]);
      const decidedOn = await arena.see(pid);
      await sql.unsafe("/* pgleash:expect=1h */ SELECT 1");
      await arena.see(pid);
      expect(await arena.end(decidedOn, orderFor("long_transaction", false))).toEqual(terminated);
    });
  },
);
