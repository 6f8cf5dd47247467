import { afterAll, beforeAll, describe, test, vi } from "vitest";
import { openArena, type Arena } from "../act/arena.ts";
import { freePort } from "../support/free-port.ts";
import { startWitness } from "../support/a-witness.ts";
vi.setConfig({ testTimeout: 20_000, hookTimeout: 60_000 });
const all = {
  "ended-pg.mjs": ["in-use", "in-use, heeding its pool only", "at-rest", "at-rest, careless", "running"],
  "ended-postgres.mjs": ["in-use","in-use, others first", "in-begin","in-begin, others first", "at-rest", "running"],
  "ended_asyncpg.py": ["in-use", "at-rest", "running"],
  "ended_psycopg.py": ["in-use", "running"],
  "ended_psycopg2.py": ["in-use", "at-rest", "running"],
  "ended_sqlalchemy.py": ["in-use", "at-rest", "at-rest-pre-ping", "running"],
};
describe.each(["13", "18"])("%s", (major) => {
  let arena: Arena; let port = 0;
  beforeAll(async () => { port = await freePort(); arena = await openArena(major, {}, port); });
  afterAll(() => arena.remove());
  for (const [file, scenarios] of Object.entries(all)) for (const scenario of scenarios)
    test(`${file} ${scenario}`, async () => {
      const w = await startWitness(file, scenario, port);
      const b = await arena.see(w.pid, scenario === "running" ? "PgSleep" : "ClientRead");
      const kind = scenario === "running" ? "stale_active" : scenario.startsWith("at-rest") ? "idle_too_long" : "idle_in_transaction";
      const e = await arena.end(b, { kind });
      process.stdout.write(`${major} ${file} ${scenario} ${e.outcome} ${e.detail} ${JSON.stringify(await w.goOn())}\n`);
      await w.stop();
    });
});
