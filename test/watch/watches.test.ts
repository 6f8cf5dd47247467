import { EventEmitter, once } from "node:events";
import { access, rm, writeFile } from "node:fs/promises";
import { expect, onTestFinished, test } from "vitest";

import type { Config } from "../../src/config/config.ts";
import { builtInFloors } from "../../src/decide/policy.ts";
import { readHere } from "../../src/discover/target-reader.ts";
import { createWatches, type Watches } from "../../src/watch/watches.ts";
import { aLog } from "../support/a-log.ts";
import { configOf } from "../support/config-text.ts";
import { aFolder } from "../support/an-audit.ts";
import { waitFor } from "../support/wait-for.ts";

const onChange = (): void => undefined;

test("what a configuration is warned of stands in the log, at the start and at each reload", async () => {
  const { log, records } = aLog();
  function startWatches(): Watches {
    const started = createWatches({
      log,
      isFlagged: true,
      floors: builtInFloors,
      version: "1.2.3",
      onChange,
    });
    onTestFinished(() => started.stop());
    return started;
  }
  const warned = () => records.filter(({ message }) => message === "configuration loaded, with warnings");

  const folder = await aFolder();
  const text = `servers: [{ name: away, url: "postgres:///shop?host=${folder}" }]\npolicy:\n  mode: MODE
  audit_file: ${folder}/audit.jsonl\n  pause_file: ${folder}/pause.json\n`;
  const calm = configOf(text.replace("MODE", "dry_run"));
  const doubtful = configOf(text.replace("MODE", "enforce"));
  const warnings = [
    expect.stringMatching(/^pgleash[.]yml:3:9: warning: policy[.]mode: .* enforce ends nobody/u),
  ];
  const line = { level: "warn", fields: { warnings } };

  await startWatches().apply(doubtful);
  expect(warned()).toMatchObject([line]);

  const watches = startWatches();
  await watches.apply(calm);
  expect(warned()).toHaveLength(1);
  await watches.apply(doubtful);
  expect(warned()).toMatchObject([line, line]);
});

test("a reload that may have renamed a server or a rule says what is then forgotten", async () => {
  const { log, records } = aLog();
  const watches = createWatches({ log, isFlagged: true, floors: builtInFloors, version: "1.2.3", onChange });
  onTestFinished(() => watches.stop());
  const folder = await aFolder();
  const named = (server: string, rule: string) =>
    configOf(`servers: [{ name: ${server}, url: "postgres:///shop?host=${folder}" }]
policy:
  rules:
    - { name: ${rule}, action: terminate, match: ['kind="idle_in_transaction"', 'usename="app"'], min_age: 1h }
`);
  const told = () => records.filter(({ message }) => message.includes("only renamed"));
  await watches.apply(named("db1", "forgotten"));
  await watches.apply(named("db1", "forgotten"));
  expect(told()).toEqual([]);
  await watches.apply(named("db2", "forgotten"));
  expect(told()).toMatchObject([{ level: "warn", fields: { gone: ["db1"], come: ["db2"] } }]);
  await watches.apply(named("db2", "lost"));
  expect(told().slice(1)).toMatchObject([{ level: "warn", fields: { gone: ["forgotten"], come: ["lost"] } }]);
});

/** Watches whose reader of servers files answers only when it is let, and a configuration with such a file. */
async function slowlyDiscovering() {
  const { log } = aLog();
  let asked = 0;
  const gate = new EventEmitter();
  const released = once(gate, "open");
  const release = (): void => void gate.emit("open");
  const watches = createWatches({
    log,
    isFlagged: true,
    floors: builtInFloors,
    version: "1.2.3",
    onChange,
    readEverySeconds: 0.005,
    startReader: () => ({
      async read(source) {
        asked += 1;
        await released;
        return readHere.read(source);
      },
      stop: () => Promise.resolve(),
    }),
  });
  onTestFinished(async () => {
    release();
    await watches.stop();
  });
  const folder = await aFolder();
  const [file, audit] = [`${folder}/all.yml`, `${folder}/audit.jsonl`];
  const saying = (name: string) =>
    writeFile(file, `- { targets: ['host=${folder}'], labels: { server: ${name} } }`);
  await saying("named");
  const config = configOf(`servers: [{ name: own, url: "host=${folder} user=a" }]
servers_file: ${file}
servers_template: { url: "user=a" }
policy: { audit_file: ${audit} }
`);
  const names = (): readonly string[] => watches.views().map(({ server }) => server);
  return { watches, config, names, release, asked: () => asked, audit, saying };
}

test("at the start nobody whom the configuration names waits for a slow servers file", async () => {
  const { watches, config, names, release } = await slowlyDiscovering();
  const applying = watches.apply(config);
  await waitFor("the server of the configuration", () => names().length > 0);
  expect(names()).toEqual(["own"]);
  release();
  await applying;
  expect(names()).toEqual(["own", "named"]);
});

test("a configuration that is being applied while all is stopped has no servers file read", async () => {
  const { watches, config, release, asked } = await slowlyDiscovering();
  release();
  const applying = watches.apply(config);
  await new Promise<void>((resolve) => process.nextTick(resolve));
  await watches.stop();
  await applying;
  expect(asked()).toBe(0);
  expect(watches.serversFile()).toBeNull();
});

test("a reload that waits for its turn while all is stopped comes to nothing", async () => {
  const { watches, config, release, asked, saying, audit } = await slowlyDiscovering();
  release();
  await watches.apply(config);
  const waiting = [watches.apply(config), watches.apply(withAudit(config, `${audit}.other`))];
  await watches.stop();
  await Promise.all(waiting);
  await expect(access(`${audit}.other`)).rejects.toThrow("ENOENT");
  const before = asked();
  await saying("other");
  await expect(waitFor("a reading", () => asked() > before, 0.2)).rejects.toThrow("in vain");
});

test("the audit is not opened again by who asks for it after the stop", async () => {
  const { watches, config, release, audit } = await slowlyDiscovering();
  release();
  await watches.apply(config);
  await watches.stop();
  await rm(audit);
  await watches.reopenAudit();
  await expect(access(audit)).rejects.toThrow("ENOENT");
});

function withAudit(config: Config, auditFile: string): Config {
  return { ...config, policy: { ...config.policy, auditFile } };
}
