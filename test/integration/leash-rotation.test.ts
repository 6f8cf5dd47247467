import { rename } from "node:fs/promises";
import { describe, expect, onTestFinished, test } from "vitest";

import type { Audit } from "../../src/act/audit.ts";
import type { AuditRecord } from "../../src/act/audit-record.ts";
import { ledgerRecord } from "../../src/act/ledger-record.ts";
import { readAudit } from "../../src/act/read-audit.ts";
import { rebuildLeash } from "../../src/act/rebuild-leash.ts";
import type { ConfiguredPolicy } from "../../src/config/config.ts";
import { emptyLeash } from "../../src/decide/leash.ts";
import { createWatch, type Watch } from "../../src/watch/watch.ts";
import { aPolicy, aRule } from "../support/a-case.ts";
import { aLeakyServer } from "../support/a-leaky-server.ts";
import { aLog } from "../support/a-log.ts";
import { aLeashSettings, aServerConfig } from "../support/a-watch.ts";
import { anAudit, aPath, linesOf } from "../support/an-audit.ts";
import { anOpening } from "../support/an-opening.ts";
import { configOf } from "../support/config-text.ts";
import { postgresMajors } from "../support/real-postgres.ts";
import { waitFor } from "../support/wait-for.ts";

const ruled = `policy:
  rules:
    - { name: leaks, action: terminate, match: ['kind="idle_in_transaction"', 'usename="app"'], min_age: 1h }
`;

/** Whoever matches is ended at the first look, and nothing holds it back. */
function endingAll(): ConfiguredPolicy {
  const { policy } = configOf(ruled);
  const rules = policy.rules.map((rule) => ({
    ...rule,
    ...aRule({ matches: rule.matches, minAgeSeconds: 0 }),
  }));
  return { ...policy, ...aPolicy(), protections: [], rules };
}

describe.each(postgresMajors())("on PostgreSQL %s", (major) => {
  const server = aLeakyServer(major);

  test.for<{ readonly after: AuditRecord["type"]; readonly acts: number }>([
    { after: "intent", acts: 1 },
    { after: "intent", acts: 3 },
    { after: "outcome", acts: 3 },
  ])("E15: a rotation after $after $acts of five of one look loses none of them", async ({ after, acts }) => {
    const path = await aPath();
    await server.forgetLongAgo(5);
    await endAll(path, { after, acts });
    const types = (await linesOf(`${path}.1`)).map(({ type }) => type);
    expect(types.filter((type) => type === after)).toHaveLength(acts);
    const found = await readAudit(path);
    const { ledger, acted } = rebuildLeash("records" in found ? found.records : [], "main");
    expect(ledger.entries.map(({ outcome }) => outcome)).toEqual(Array(5).fill("terminated"));
    expect([...acted.values()].map(({ outcome }) => outcome)).toEqual(Array(5).fill("terminated"));
  });

  /** Ends them in one look, as the daemon does, whose audit is moved away as soon as so many records of a type are in it. */
  async function endAll(
    path: string,
    { after, acts }: { readonly after: AuditRecord["type"]; readonly acts: number },
  ): Promise<void> {
    let watch: Watch | null = null;
    let recorded = 0;
    const audit = await anAudit(path, {
      ledgers: () => [ledgerRecord("main", watch?.leash() ?? emptyLeash)],
    });
    const rotated: Audit = {
      ...audit,
      async record(record) {
        const isOnRecord = await audit.record(record);
        if (record.type === after && (recorded += 1) === acts) await rename(path, `${path}.1`);
        return isOnRecord;
      },
    };
    const floors = { ...aLeashSettings().floors, idle_in_transaction: 0 };
    const started = createWatch({
      settings: {
        // Five acts on a slow disk must not make the look too old for the last of them.
        server: aServerConfig({ host: server.socketFolder, port: server.port }, { everySeconds: 10 }),
        labelBudget: 200,
        commentKeys: [],
        leash: aLeashSettings({ policy: endingAll(), floors, isEnforcing: true, audit: rotated }),
      },
      leash: emptyLeash,
      opening: anOpening(),
      log: aLog().log,
      onChange: () => undefined,
    });
    watch = started;
    onTestFinished(() => started.close());
    await waitFor("the look that ends them", async () => {
      await started.look();
      return (started.view().report?.leash?.results ?? []).length > 0;
    });
    expect(started.view().report?.leash?.results).toHaveLength(5);
  }
});
