import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

import { loadServers } from "../../src/commands/load-servers.ts";
import { mapAtMost } from "../../src/commands/map-at-most.ts";
import { aRecording, looksAt } from "../support/a-recording.ts";
import { aProcess, runWords } from "../support/a-runtime.ts";
import { aFolder } from "../support/an-audit.ts";

/** A configuration that names a server, and a servers file that says this; none without it. */
async function aConfig(servers?: string): Promise<{ readonly config: string; readonly file: string }> {
  const folder = await aFolder();
  const [config, file] = [join(folder, "pgleash.yml"), join(folder, "servers.yml")];
  const own = `servers: [{ name: main, url: "host=${folder} user=a" }]`;
  const template = "servers_template: { look_timeout: 1s, url: 'user=a' }";
  await writeFile(config, `${own}\nservers_file: ${file}\n${template}\n`);
  if (servers !== undefined) await writeFile(file, servers);
  return { config, file };
}

/** A configuration with servers files in a folder that is not there yet. */
async function aPattern(servers: string): Promise<{ readonly config: string; readonly folder: string }> {
  const folder = await aFolder();
  const config = join(folder, "pgleash.yml");
  await writeFile(config, `${servers}\nservers_file: ${folder}/servers/*.json\n`);
  return { config, folder };
}

describe("check-config", () => {
  test("counts the servers of servers files", async () => {
    const { config } = await aConfig("- targets: [db1, db2]");
    expect(await runWords(["check-config", config])).toEqual({
      code: 0,
      stdout: `${config} is fine: 3 servers\n`,
      stderr: "",
    });
  });

  test("says what is wrong with them", async () => {
    const { config, file } = await aConfig("- targets: [db1, 'http://s3cret@db2', db1]");
    const { code, stdout, stderr } = await runWords(["check-config", config]);
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(
      new RegExp(`^${file}:1:18: \\[0\\]\\.targets\\[1\\]: expected .*\n${file}:1:39: .* name .*\n`, "u"),
    );
    expect(stderr.endsWith(`\n${config} names 2 servers to watch in spite of that\n`)).toBe(true);
    expect(stderr).not.toContain("s3cret");
  });

  test("fails where one that is named is not there", async () => {
    const { config, file } = await aConfig();
    expect(await runWords(["check-config", config])).toEqual({
      code: 1,
      stdout: "",
      stderr: `${file}: there is no such file\n${config} names 1 server to watch in spite of that\n`,
    });
  });

  test("only warns where a folder of a pattern is not there: it may come", async () => {
    const { config, folder } = await aPattern("servers: [{ name: main, url: 'postgres://db1' }]");
    expect(await runWords(["check-config", config])).toEqual({
      code: 0,
      stdout: `${config} loads, with 1 warning: 1 server\n`,
      stderr: `warning: ${folder}/servers/*.json: there is no such folder\n`,
    });
  });

  test("fails where there is no server to watch at all", async () => {
    const { config, folder } = await aPattern("");
    const nobody = `${config}: no server to watch\n`;
    expect(await runWords(["check-config", config])).toEqual({
      code: 1,
      stdout: "",
      stderr: `${folder}/servers/*.json: there is no such folder\n${nobody}`,
    });
    await mkdir(join(folder, "servers"));
    expect(await runWords(["check-config", config])).toEqual({ code: 1, stdout: "", stderr: nobody });
  });
});

describe("whoever looks once", () => {
  test("looks at the servers of servers files, too", async () => {
    const { config, file } = await aConfig(`- { targets: ['host=/nowhere'], labels: { server: far } }`);
    const { code, stderr } = await runWords(["suspects", `--config.file=${config}`]);
    expect(code).toBe(1);
    expect(stderr).toContain("main: connect");
    expect(stderr).toContain("far: connect");
    expect(stderr).not.toContain(file);
  });

  test.for([
    [undefined, "there is no such file"],
    ["- targets: [", "expected YAML"],
    ["- targets: ['']", "got no host"],
  ] as const)("is told of a servers file that says %j, and looks at the others", async ([servers, why]) => {
    const { config, file } = await aConfig(servers);
    const { code, stderr } = await runWords(["suspects", `--config.file=${config}`]);
    expect(code).toBe(1);
    const [first, second] = stderr.split("\n");
    expect(first?.startsWith(file)).toBe(true);
    expect(first).toContain(why);
    expect(second).toContain("main: connect");
  });

  test("learns from the exit code that somebody went unseen, though all that were seen are well", async () => {
    const { config } = await aConfig("- targets: [");
    const { runtime, written } = aProcess();
    expect(await loadServers(runtime, config)).toMatchObject({ isComplete: false });
    expect(written().stderr).toContain("expected YAML");
    const fine = await aConfig("[]");
    expect(await loadServers(runtime, fine.config)).toMatchObject({ isComplete: true });
  });

  test("needs one server at least", async () => {
    const folder = await aFolder();
    await writeFile(join(folder, "a.yml"), "servers_file: " + join(folder, "*.json"));
    const { runtime } = aProcess();
    expect(await loadServers(runtime, join(folder, "a.yml"))).toEqual({
      problems: ["the servers files name no server"],
    });
  });
});

test("replay judges looks at a server of a servers file by what holds for all of these", async () => {
  const folder = await aFolder();
  const config = join(folder, "new.yml");
  const threshold = "idle_in_transaction: { suspect_after: 10s, leaked_after: 60s }";
  const rule =
    "{ name: app, match: ['usename=\"app\"', 'kind=~\"idle_in.*\"'], action: terminate, min_age: 1m, sightings: 2, followed_for: 0s, warn_for: 0s }";
  await writeFile(
    config,
    `servers_file: /nowhere/all.yml
servers_template: { detectors: { ${threshold} } }
policy: { limits: { share: 50% }, rules: [${rule}] }
servers: [{ name: one, url: 'postgres://db1' }, { name: two, url: 'postgres://db2' }]
`,
  );
  const file = await aRecording(...looksAt([{ pid: 11, seconds: 45 }]));
  const { code, stdout } = await runWords(["replay", file, `--config.file=${config}`]);
  expect(code).toBe(0);
  expect(stdout).toContain("08:00:20Z  app   terminate");
});

test("no more than so many are worked at at once, and what comes of them keeps its order", async () => {
  let [working, most] = [0, 0];
  const results = await mapAtMost(3, [5, 1, 4, 2, 3, 0], async (turns) => {
    working += 1;
    most = Math.max(most, working);
    for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
    working -= 1;
    return turns * 10;
  });
  expect(results).toEqual([50, 10, 40, 20, 30, 0]);
  expect(most).toBe(3);
  expect(await mapAtMost(3, [], () => Promise.reject(new Error("nobody")))).toEqual([]);
});
