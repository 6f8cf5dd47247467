import { readFile } from "node:fs/promises";

import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";

import { endings } from "../clients/endings.ts";
import { openArena, type Arena } from "../act/arena.ts";
import { startWitness } from "../support/a-witness.ts";
import { checkedMajors } from "../support/checked-majors.ts";
import { freePort } from "../support/free-port.ts";
import { requireClients } from "../support/real-clients.ts";
import { waitFor } from "../support/wait-for.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

// All majors say the same in the protocol: the newest is enough.
const [major = "18"] = checkedMajors().slice(-1);

describe(`whose session is ended by us, on PostgreSQL ${major}`, () => {
  let arena: Arena;
  let loopbackPort: number;
  beforeAll(async () => {
    requireClients();
    loopbackPort = await freePort();
    arena = await openArena(major, {}, loopbackPort);
  });
  afterAll(() => arena.remove());

  test.for(endings)("E33: $client, $session", async (ending) => {
    const { file, scenario, kind, outcome, told = [], died, others, next, again, after } = ending;
    const witness = await startWitness(file, scenario, loopbackPort);
    try {
      const backend = await arena.see(witness.pid, kind === "stale_active" ? "PgSleep" : "ClientRead");
      expect(await arena.end(backend, { kind })).toEqual({ outcome, detail: null });
      await waitFor("it to be told", () => witness.told().length >= told.length);
      const seen = await witness.goOn();
      expect(seen.died ?? "alive").toContain(died ?? "alive");
      expect(seen.told).toEqual(told);
      expect(seen.statements).toEqual({ others, next, again, after });
    } finally {
      await witness.stop();
    }
  });
});

test("the documentation says what each of them sees", async () => {
  const policy = await readFile(new URL("../../docs/policy.md", import.meta.url), "utf8");
  const rows = policy.split("\n").filter((line) => line.startsWith("|"));
  for (const { client, session, told = [], others, next, again, after, died } of endings) {
    const row = rows.find((line) => line.startsWith(`| ${client} | ${session} |`)) ?? "no such row";
    const cells = [...told, others, next, again, after, died].flatMap((seen) => seen ?? []);
    for (const seen of cells) expect(row, `${client}, ${session}`).toContain(seen);
  }
});
