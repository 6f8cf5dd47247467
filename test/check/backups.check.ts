import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { shippedProtections } from "../../src/config/protections.ts";
import type { Decision } from "../../src/decide/plan.ts";
import type { Protection } from "../../src/decide/policy.ts";
import { openArena, type Arena } from "../act/arena.ts";
import { backupToolsFor } from "../support/a-backup.ts";
import { startSlowLine, type SlowLine } from "../support/a-slow-line.ts";
import { everybody, startEnforcer, type Enforcer } from "../support/an-enforcer.ts";
import { checkedMajors } from "../support/checked-majors.ts";
import { waitFor } from "../support/wait-for.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const tables = ["orders", "customers", "payments"];

/** More than what waits between a server and its client. */
const schema = `
  CREATE ROLE dumper LOGIN;
  CREATE ROLE keeper LOGIN REPLICATION;
  ${tables
    .map(
      (table) => `
  CREATE TABLE ${table} AS SELECT n, repeat('x', 200) AS filler FROM generate_series(1, 10000) AS n;
  GRANT SELECT ON ${table} TO dumper;`,
    )
    .join("")}`;

describe.each(checkedMajors())("backups that take long, on PostgreSQL %s", (major) => {
  const { dump, baseBackup } = backupToolsFor(major);
  let arena: Arena;
  let line: SlowLine;
  let enforcer: Enforcer;
  beforeEach(async () => {
    arena = await openArena(major);
    await arena.admin.unsafe(schema);
    line = await startSlowLine(arena.server);
  });
  afterEach(async () => {
    await line.close();
    await enforcer.stop();
    await arena.remove();
  });

  async function enforce(protections: readonly Protection[]): Promise<void> {
    enforcer = await startEnforcer(arena.server, everybody({ protections }));
  }

  test("E8: a parallel dump finishes, because it is protected", async () => {
    await enforce(shippedProtections);
    const dumping = dump(line, "dumper", tables);
    const spared = await waitFor("all of its sessions to be spared", () => {
      const found = sparedOf(enforcer.decisions, "pg_dump");
      return found.length > tables.length && found;
    });
    expect(spared.toSorted()).toEqual([
      "idle_in_transaction: protected",
      "stalled_client: protected",
      "stalled_client: protected",
      "stalled_client: protected",
    ]);
    // Without the protection it would be over by now: see below.
    await enforcer.looks(10);
    line.release();
    expect(await dumping).toEqual({ problem: null });
    expect(await enforcer.acts()).toEqual([]);
  });

  test("E8: without the protection the same rule ends it", async () => {
    await enforce([]);
    const dumping = dump(line, "dumper", tables);
    const acts = await waitFor("all of its sessions to be ended", async () => {
      const found = await enforcer.acts();
      return found.filter(({ outcome }) => outcome !== null).length > tables.length && found;
    });
    expect(acts.map(({ applicationName, outcome }) => `${applicationName}: ${outcome}`)).toEqual(
      Array.from({ length: 4 }, () => "pg_dump: terminated"),
    );
    line.release();
    expect((await dumping).problem).toMatch(/terminating connection|CONNECTION_|closed the connection/);
  });

  test.for([
    ["is protected", shippedProtections],
    ["is not", []],
  ] as const)("E7, E8: a base backup finishes, whether it %s", async ([, protections]) => {
    await enforce(protections);
    const copying = baseBackup(line, "keeper");
    await waitFor("it to stand still", async () => {
      const rows = await arena.admin.unsafe(
        `SELECT 1 FROM pg_stat_activity
         WHERE backend_type = 'walsender' AND state = 'active' AND wait_event = 'ClientWrite'
           AND clock_timestamp() - query_start > interval '2 s'`,
      );
      return line.held() === 1 && rows.length === 1;
    });
    await enforcer.looks(10);
    line.release();
    expect(await copying).toEqual({ problem: null });
    expect(await enforcer.acts()).toEqual([]);
  });
});

/** Who of this name was spared once old enough, each session once. */
function sparedOf(decisions: readonly Decision[], name: string): readonly string[] {
  const found = new Map<number, string>();
  for (const decision of decisions) {
    const { episode } = decision;
    if (decision.type !== "spare" || !("backend" in episode)) continue;
    const { id, applicationName } = episode.backend;
    if (applicationName === name && decision.reason === "protected")
      found.set(id.pid, `${episode.kind}: ${decision.reason}`);
  }
  return [...found.values()];
}
