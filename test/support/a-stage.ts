import { setTimeout } from "node:timers/promises";

import type { Row, Sql } from "postgres";

import { openArena, type Arena } from "../act/arena.ts";
import type { ClientOptions } from "./real-postgres.ts";

/** Where sessions of the role `app` do all sorts of things at once, each for as long as the test lasts. */
export type Stage = {
  readonly arena: Arena;
  /** A session that has run these statements, each of its own. */
  enter(statements: readonly string[], options?: ClientOptions): Promise<Sql>;
  /** A session whose only statement goes on. */
  stay(statement: string, options: ClientOptions): Promise<void>;
  /** A COPY that has sent one line; `again` sends one more. */
  copy(options: ClientOptions): Promise<{ readonly again: () => Promise<boolean> }>;
  /** Does a step again and again, until it fails because its session is gone. */
  repeat(pauseMs: number, step: () => Promise<unknown>): void;
  /** Sessions of whatever sort, by what changes as soon as they do anything else. `undefined` where there is none. */
  find(condition: string): Promise<readonly Row[] | undefined>;
  remove(): Promise<void>;
};

/** The test must `remove()` it. `schema` must make a table `received`. */
export async function openStage(
  major: string,
  settings: Readonly<Record<string, string>>,
  schema: string,
): Promise<Stage> {
  const arena = await openArena(major, settings);
  await arena.admin.unsafe(schema);
  return {
    arena,
    enter: async (statements, options) => (await arena.enter(statements, options)).sql,
    async stay(statement, options) {
      const { sql } = await arena.enter([], options);
      sql.unsafe(statement).catch(() => undefined); // it ends with the server
    },
    async copy(options) {
      const { sql } = await arena.enter([], options);
      const rows = await sql.unsafe("COPY received FROM STDIN").writable();
      rows.on("error", () => undefined);
      rows.write("1\n");
      return { again: async () => rows.write("1\n") };
    },
    repeat(pauseMs, step) {
      const goOn = async (): Promise<never> => {
        for (;;) {
          await step();
          await setTimeout(pauseMs, undefined, { ref: false });
        }
      };
      goOn().catch(() => undefined);
    },
    async find(condition) {
      const rows = await arena.admin.unsafe(
        `SELECT pid, backend_start::text, state, query_start::text FROM pg_stat_activity WHERE ${condition} ORDER BY pid`,
      );
      return rows.length > 0 ? [...rows] : undefined;
    },
    remove: () => arena.remove(),
  };
}
