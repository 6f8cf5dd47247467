import { describe, expect, test, vi } from "vitest";

import {
  foundServers,
  MOST_SERVERS,
  rememberingResolve,
  type Resolve,
} from "../../src/discover/found-servers.ts";
import { afterReading, type KnownFiles } from "../../src/discover/known-files.ts";
import { readHere } from "../../src/discover/target-reader.ts";
import { configOf } from "../support/config-text.ts";

const config = configOf("servers: [{ name: main, url: 'postgres://db0' }]\nservers_file: /all.yml");

function resolver(): ReturnType<typeof rememberingResolve> {
  if (config.serversFile === null) throw new Error("expected a servers file");
  return rememberingResolve(config.serversFile.serverOf);
}

/** Files of these texts, the last one first known. */
function files(texts: Readonly<Record<string, string>>): Promise<KnownFiles> {
  const reads = Object.entries(texts).map(([path, text]) => ({ pattern: path, path, text, digest: text }));
  return afterReading(new Map(), reads, readHere);
}

type Found = {
  readonly names: readonly string[];
  readonly refused: readonly string[];
  readonly refusedTargets: number;
};

async function found(
  texts: Readonly<Record<string, string>>,
  resolve: Resolve = resolver().resolve,
): Promise<Found> {
  const { servers, refused, refusedTargets } = await foundServers(
    config.servers,
    await files(texts),
    resolve,
  );
  return { names: servers.map(({ name }) => name), refused, refusedTargets };
}

describe("the servers that files name", () => {
  test("stand behind those of the configuration, in the order of the files", async () => {
    expect(await found({ "/b.yml": "- targets: [db2, db1]", "/a.yml": "- targets: [db3]" })).toEqual({
      names: ["main", "db2:5432", "db1:5432", "db3:5432"],
      refused: [],
      refusedTargets: 0,
    });
  });

  test("have a name each: whoever has one first keeps it, and nobody else is harmed", async () => {
    const same = "expected a server whose name no other one has, got that of";
    const hint = "(give it one with the label server)";
    const each = "(a label server or instance names one target: write one group for each)";
    const texts = {
      "/a.yml": "- targets: [db1, 'db1:5432', db2]",
      "/b.yml":
        "- { targets: [db3, db4], labels: { server: cluster } }\n- { targets: [db5], labels: { instance: main } }",
      "/c.yml": "- targets: [db2, db6]",
    };
    expect(await found(texts)).toEqual({
      names: ["main", "db1:5432", "db2:5432", "cluster", "db6:5432"],
      refused: [
        `/a.yml:1:18: [0].targets[1]: ${same} /a.yml:1:13: [0].targets[0] ${hint}`,
        `/b.yml:1:20: [0].targets[1] (cluster): ${same} /b.yml:1:15: [0].targets[0] ${each}`,
        `/b.yml:2:15: [1].targets[0] (main): ${same} the configuration ${each}`,
        `/c.yml:1:13: [0].targets[0]: ${same} /a.yml:1:30: [0].targets[2] ${hint}`,
      ],
      refusedTargets: 4,
    });
  });

  test("are no fewer for one that makes no sense", async () => {
    const { names, refused } = await found({ "/a.yml": "- targets: [db1, 'http://db2', db3]" });
    expect(names).toEqual(["main", "db1:5432", "db3:5432"]);
    expect(refused).toEqual([
      expect.stringMatching(/^\/a[.]yml:1:18: \[0\][.]targets\[1\]: expected a URL/u),
    ]);
  });

  test("are at most so many that one process can watch them, and no others are looked at", async () => {
    const targets = Array.from({ length: MOST_SERVERS + 1 }, (_, index) => `db${index + 1}`);
    const resolve = vi.fn<Resolve>(resolver().resolve);
    const { names, refused, refusedTargets } = await found(
      { "/a.json": JSON.stringify([{ targets }]) },
      resolve,
    );
    expect(names).toHaveLength(MOST_SERVERS);
    expect(resolve).toHaveBeenCalledTimes(MOST_SERVERS - 1);
    expect(refused).toEqual([
      "/a.json:1:7898: [0].targets[999]: expected at most 1000 servers, and 2000 targets, got 2 targets more (start another pgleash for some of them)",
    ]);
    expect(refusedTargets).toBe(2);
  });

  test("are sought among so many targets at most, and everything else has its turn meanwhile", async () => {
    const wrong = Array.from({ length: 2000 }, (_, index) => `http://x${index}`);
    const texts = Object.fromEntries(
      ["/a.json", "/b.json", "/c.json"].map((path) => [path, JSON.stringify([{ targets: wrong }])]),
    );
    let turns = 0;
    let isDone = false;
    const count = (): void => {
      turns += 1;
      if (!isDone) setImmediate(count);
    };
    const resolve = vi.fn<Resolve>(() => {
      const untilMs = performance.now() + 0.1;
      while (performance.now() < untilMs);
      return { issues: [] };
    });
    const known = await files(texts);
    setImmediate(count);
    const { refused, refusedTargets } = await foundServers([], known, resolve);
    isDone = true;
    expect(resolve).toHaveBeenCalledTimes(2000);
    expect(refused).toEqual([expect.stringContaining("got 4000 targets more")]);
    expect(refusedTargets).toBe(6000);
    expect(turns).toBeGreaterThan(10);
  });
});

test("a server whose target stays the same is the same value, wherever the target stands now", async () => {
  const { resolve, forgetUnused } = resolver();
  const servers = async (text: string) => {
    const { servers: all } = await foundServers([], await files({ "/a.yml": text }), resolve);
    forgetUnused();
    return new Map(all.map((server) => [server.name, server]));
  };
  const first = await servers("- targets: [db1, db2]");
  const second = await servers("- targets: [db2]\n- { targets: [db1], labels: { server: one } }");
  expect(second.get("db2:5432")).toBe(first.get("db2:5432"));
  expect(second.get("one")?.connection).toEqual(first.get("db1:5432")?.connection);
  const third = await servers("- targets: [db1, db2]");
  expect(third.get("db2:5432")).toBe(first.get("db2:5432"));
  expect(third.get("db1:5432")).not.toBe(first.get("db1:5432"));
});

test("a target that is refused is told with the place where it stands now", async () => {
  const { resolve } = resolver();
  for (const text of ["- targets: ['http://x']", "\n- targets: ['http://x']"]) {
    const { refused } = await foundServers([], await files({ "/a.yml": text }), resolve);
    expect(refused[0]).toContain(`/a.yml:${text.startsWith("\n") ? 2 : 1}:13`);
  }
});
