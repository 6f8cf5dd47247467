import { expect, onTestFinished, test } from "vitest";

import { createDiscovery, type Discovery } from "../../src/discover/discovery.ts";
import { readHere, type TargetReader } from "../../src/discover/target-reader.ts";
import { aLog, type LogRecord } from "../support/a-log.ts";
import { configOf } from "../support/config-text.ts";
import { waitFor } from "../support/wait-for.ts";

const path = "/all.yml";
const config = configOf(`servers: [{ name: main, url: 'postgres://db0' }]\nservers_file: ${path}`);

type Stage = {
  readonly discovery: Discovery;
  readonly records: readonly LogRecord[];
  /** How often the file was read, and how often it came to something else. */
  readonly readings: () => number;
  readonly found: () => number;
};

/** A discovery with one file, which stays as it is. */
function aStage(reader: TargetReader, retrySeconds: number): Stage {
  const { log, records } = aLog();
  const text = "- targets: [db1]";
  let [readings, found] = [0, 0];
  const discovery = createDiscovery({
    log,
    onFound: async () => void (found += 1),
    onChange: () => {},
    startReader: () => reader,
    everySeconds: 0.001,
    retrySeconds,
    read: async () => {
      readings += 1;
      return [{ pattern: path, path, text, digest: text }];
    },
  });
  onTestFinished(() => discovery.stop());
  return { discovery, records, readings: () => readings, found: () => found };
}

function names(discovery: Discovery): readonly string[] {
  return discovery.servers().map(({ name }) => name);
}

test.for([true, false])(
  "a file that the reader fails at is tried again, though nothing changed: its fault %s",
  async (isOfFile) => {
    let failures = 0;
    const reader: TargetReader = {
      read: (source) =>
        failures++ < 2 ? Promise.resolve({ failure: "/all.yml: in vain", isOfFile }) : readHere.read(source),
      stop: () => Promise.resolve(),
    };
    const { discovery, records, found } = aStage(reader, 0.02);
    await discovery.use(config);
    expect(names(discovery)).toEqual(["main"]);
    expect(discovery.state()).toMatchObject({ isSuccessful: false });
    await waitFor("another try", () => found() === 2);
    expect(names(discovery)).toEqual(["main", "db1:5432"]);
    expect(records.filter(({ level }) => level === "error")).toHaveLength(1);
    expect(failures).toBe(3);
  },
);

test("a file that the reader fails at is left alone until it is time", async () => {
  let asked = 0;
  const reader: TargetReader = {
    read() {
      asked += 1;
      return Promise.resolve({ failure: "/all.yml: in vain", isOfFile: true });
    },
    stop: () => Promise.resolve(),
  };
  const { discovery, readings } = aStage(reader, 60);
  await discovery.use(config);
  await waitFor("ten readings", () => readings() > 10);
  expect(asked).toBe(1);
  await discovery.use(config);
  expect(asked).toBe(2);
});
