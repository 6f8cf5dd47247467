import { writeFile } from "node:fs/promises";
import { expect, onTestFinished, test } from "vitest";

import type { Config, ServerConfig } from "../../src/config/config.ts";
import { createDiscovery, type Discovery } from "../../src/discover/discovery.ts";
import type { FilesRead } from "../../src/discover/read-files.ts";
import { readHere, type TargetReader } from "../../src/discover/target-reader.ts";
import { aLog, type LogRecord } from "../support/a-log.ts";
import { startReader } from "../support/a-target-reader.ts";
import { aFolder } from "../support/an-audit.ts";
import { configOf } from "../support/config-text.ts";
import { waitFor } from "../support/wait-for.ts";

const path = "/all.yml";

type Stage = {
  readonly discovery: Discovery;
  readonly records: readonly LogRecord[];
  /** All that were found, each time that the file had changed. */
  readonly found: readonly (readonly ServerConfig[])[];
  readonly readings: () => number;
  /** The file says this from now on. Resolves once it was read so often. */
  readonly say: (text: string, readings?: number) => Promise<void>;
};

/** A discovery that reads a file which the test makes up, as often as it can. */
function aStage(first: string, read: () => TargetReader = () => readHere): Stage {
  const { log, records } = aLog();
  const found: (readonly ServerConfig[])[] = [];
  let text = first;
  let readings = 0;
  const discovery = createDiscovery({
    log,
    onFound: async () => void found.push(discovery.servers()),
    onChange: () => {},
    startReader: read,
    everySeconds: 0.001,
    read: async (): Promise<FilesRead> => {
      readings += 1;
      return [{ pattern: path, path, text, digest: text }];
    },
  });
  onTestFinished(() => discovery.stop());
  return {
    discovery,
    records,
    found,
    readings: () => readings,
    async say(next, times = 4) {
      text = next;
      const before = readings;
      await waitFor("the file to be read", () => readings >= before + times);
    },
  };
}

function aConfig(template = "{}"): Config {
  return configOf(`servers: [{ name: main, url: 'postgres://db0' }]
servers_file: ${path}
servers_template: ${template}`);
}

function names(servers: readonly ServerConfig[]): readonly string[] {
  return servers.map(({ name }) => name);
}

test("the servers of the files are known at once, and every change is followed once", async () => {
  const { discovery, found, say } = aStage("- targets: [db1, db2]");
  await discovery.use(aConfig());
  const first = discovery.servers();
  expect(names(first)).toEqual(["main", "db1:5432", "db2:5432"]);
  await say("- targets: [db2, db3]");
  await say("- targets: [db2, db3]", 10);
  expect(found.map(names)).toEqual([["main", "db2:5432", "db3:5432"]]);
  expect(found[0]?.[1]).toBe(first[2]);
});

test("a file that changes from one reading to the next is being written: it is taken over when it stays", async () => {
  const { log } = aLog();
  const texts = [
    "- targets: [db1]",
    "- targets: [d",
    "- targets: []",
    "- targets: [db2]",
    "- targets: [db2]",
  ];
  const found: (readonly string[])[] = [];
  let readings = 0;
  const discovery = createDiscovery({
    log,
    onFound: async () => void found.push(names(discovery.servers())),
    onChange: () => {},
    startReader: () => readHere,
    everySeconds: 0.001,
    read: async () => {
      const text = texts[Math.min(readings, texts.length - 1)] ?? "";
      readings += 1;
      return [{ pattern: path, path, text, digest: text }];
    },
  });
  onTestFinished(() => discovery.stop());
  await discovery.use(aConfig());
  await waitFor("all readings", () => readings > 8);
  expect(found).toEqual([["main", "db2:5432"]]);
  expect(discovery.state()).toMatchObject({ isSuccessful: true });
});

test("a broken file keeps its servers; that is told once, and so is that it is fine again", async () => {
  const { discovery, records, found, say } = aStage("- targets: [db1]");
  await discovery.use(aConfig());
  const { lastSuccessSeconds } = discovery.state() ?? { lastSuccessSeconds: null };
  await say("- targets: [db1");
  await say("- targets: [db1", 10);
  expect(discovery.state()).toEqual({ isSuccessful: false, lastSuccessSeconds, refusedTargets: 0 });
  expect(found.map(names)).toEqual([["main", "db1:5432"]]);
  await say("- targets: [db1] ");
  expect(discovery.state()).toMatchObject({ isSuccessful: true });
  expect(records.map(({ level, message }) => [level, message])).toEqual([
    ["info", "servers named"],
    ["error", "servers file not read: the servers that it named before stay"],
    ["info", "servers files are fine again"],
  ]);
  expect(records[1]?.fields).toEqual({
    problems: [expect.stringMatching(/^\/all[.]yml:1:16: expected YAML/u)],
  });
});

test("nobody stays for a file that never could be read", async () => {
  const { discovery, records } = aStage("- targets: [db1");
  await discovery.use(aConfig());
  expect(records.filter(({ level }) => level === "error").map(({ message }) => message)).toEqual([
    "servers file not read: it named no server before, so there is none to keep",
  ]);
});

test("when nobody is named any more, a warning tells how many went", async () => {
  const { discovery, records, say } = aStage("- targets: [db1, db2, 'http://x']");
  await discovery.use(aConfig());
  await say("[]");
  expect(records.at(-2)).toMatchObject({
    level: "warn",
    message: "servers files name no server any more",
    fields: { servers: 1, gone: 2, removed: ["db1:5432", "db2:5432"] },
  });
  expect(records.at(-1)).toMatchObject({ level: "info", message: "servers files are fine again" });
});

test("targets that are left out are told, and counted", async () => {
  const { discovery, records } = aStage("- targets: [db1, db1, 'http://x']");
  await discovery.use(aConfig());
  expect(names(discovery.servers())).toEqual(["main", "db1:5432"]);
  expect(discovery.state()).toMatchObject({ isSuccessful: true, refusedTargets: 2 });
  const [, told] = records;
  expect(told).toMatchObject({
    level: "error",
    message: "targets of servers files left out: all others are watched",
  });
  expect(told?.fields["problems"]).toHaveLength(2);
});

test("no record of the log holds more than twenty of a thousand", async () => {
  const targets = Array.from({ length: 900 }, (_, index) => `db${index}`);
  const { discovery, records } = aStage(JSON.stringify([{ targets: [...targets, ...targets] }]));
  await discovery.use(aConfig());
  expect(records.map(({ fields }) => Object.values(fields).map((list) => [list].flat().length))).toEqual([
    [1, 21, 0],
    [21],
  ]);
  expect(records[0]?.fields["added"]).toContain("and 881 more");
});

test("another template holds for the servers of a file that is broken meanwhile", async () => {
  const { discovery, records, say } = aStage("- targets: [db1]");
  await discovery.use(aConfig());
  await say("- targets: [db1");
  await discovery.use(aConfig("{ every: 3s }"));
  const servers = discovery.servers();
  expect(names(servers)).toEqual(["main", "db1:5432"]);
  expect(servers[1]?.schedule).toEqual({ everySeconds: 3 });
  expect(records.filter(({ level }) => level === "error")).toHaveLength(1);
});

test("a configuration without servers files forgets them, and reads nothing more", async () => {
  const { discovery, found, readings } = aStage("- targets: [db1]");
  await discovery.use(aConfig());
  await discovery.use(configOf("servers: [{ name: a, url: 'postgres://db0' }]"));
  expect(names(discovery.servers())).toEqual(["a"]);
  expect(discovery.state()).toBeNull();
  // One may be under way.
  const most = readings() + 1;
  await expect(waitFor("more readings", () => readings() > most, 0.3)).rejects.toThrow("in vain");
  expect(found).toEqual([]);
});

test("files on a disk are found, and followed", async () => {
  const folder = await aFolder();
  const { log } = aLog();
  const found: (readonly string[])[] = [];
  await writeFile(`${folder}/a.json`, '[{"targets": ["db1"]}]');
  const discovery = createDiscovery({
    log,
    onFound: async () => void found.push(names(discovery.servers())),
    onChange: () => {},
    startReader: () => readHere,
    everySeconds: 0.01,
  });
  onTestFinished(() => discovery.stop());
  const config = configOf(`servers_file: ${folder}/*.json`);
  await discovery.use(config);
  expect(names(discovery.servers())).toEqual(["db1:5432"]);
  await writeFile(`${folder}/b.json`, '[{"targets": ["db2"]}]');
  await waitFor("the second file", () => found.length > 0);
  expect(found).toEqual([["db1:5432", "db2:5432"]]);
});

test("a target that went and comes back is read anew", async () => {
  const { discovery, found, say } = aStage("- targets: [db1]");
  await discovery.use(aConfig());
  const [, first] = discovery.servers();
  await say("[]");
  await say("- targets: [db1]");
  expect(found.map(names)).toEqual([["main"], ["main", "db1:5432"]]);
  expect(found[1]?.[1]).toEqual(first);
  expect(found[1]?.[1]).not.toBe(first);
});

test("a disk that hangs takes nobody away, and keeps no configuration from being used", async () => {
  const { log } = aLog();
  const answers = [Promise.resolve<FilesRead>([]), new Promise<FilesRead>(() => undefined)];
  const discovery = createDiscovery({
    log,
    onFound: () => Promise.resolve(),
    onChange: () => {},
    startReader: () => readHere,
    everySeconds: 60,
    patienceSeconds: 0.05,
    read: () => answers.pop() ?? Promise.reject(new Error("asked again")),
  });
  onTestFinished(() => discovery.stop());
  await discovery.use(aConfig());
  expect(names(discovery.servers())).toEqual(["main"]);
  expect(discovery.state()).toMatchObject({ isSuccessful: false });
});

test("whatever goes wrong takes nobody away, is told once, and ends nothing", async () => {
  let isBroken = false;
  const reader: TargetReader = {
    read: (source) => (isBroken ? Promise.reject(new RangeError("too deep")) : readHere.read(source)),
    stop: () => Promise.resolve(),
  };
  const { discovery, records, found, say } = aStage("- targets: [db1]", () => reader);
  await discovery.use(aConfig());
  isBroken = true;
  await say("- targets: [db2]", 10);
  expect(names(discovery.servers())).toEqual(["main", "db1:5432"]);
  expect(discovery.state()).toMatchObject({ isSuccessful: false });
  expect(records.filter(({ level }) => level === "error").map(({ message }) => message)).toEqual([
    "servers files not taken over: the servers that they named before stay",
  ]);
  await discovery.use(configOf(`servers: [{ name: other, url: 'postgres://db0' }]\nservers_file: ${path}`));
  expect(names(discovery.servers())).toEqual(["other", "db1:5432"]);
  isBroken = false;
  await say("- targets: [db3]", 10);
  expect(names(discovery.servers())).toEqual(["other", "db3:5432"]);
  expect(found.at(-1)?.map(({ name }) => name)).toEqual(["other", "db3:5432"]);
});

test("the files are followed further after nobody could take over what they said", async () => {
  const { log, records } = aLog();
  let text = "- targets: [db1]";
  let failures = 0;
  const discovery = createDiscovery({
    log,
    onFound: () => {
      failures += 1;
      return Promise.reject(new Error("not now"));
    },
    onChange: () => {},
    startReader: () => readHere,
    everySeconds: 0.001,
    read: async () => [{ pattern: path, path, text, digest: text }],
  });
  onTestFinished(() => discovery.stop());
  await discovery.use(aConfig());
  text = "- targets: [db2]";
  await waitFor("the first change", () => failures === 1);
  text = "- targets: [db3]";
  await waitFor("the second change", () => failures === 2);
  expect(records.filter(({ level }) => level === "error").length).toBeGreaterThan(0);
});

test("a file with thousands of mistakes is refused, in a thread of its own", async () => {
  const wrong = `[{"targets": [${"5,".repeat(3000)}5]}]`;
  const { discovery, records, say } = aStage("[]", startReader);
  await discovery.use(aConfig());
  await say(wrong);
  expect(discovery.state()).toMatchObject({ isSuccessful: false });
  expect(records[1]?.fields).toEqual({ problems: [expect.stringContaining("got 3001")] });
});
