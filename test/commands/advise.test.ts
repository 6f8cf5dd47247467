import { appendFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { aFolder, aPath } from "../support/an-audit.ts";
import { aRecording, looksAt } from "../support/a-recording.ts";
import { aLookLine, aRecordedLook } from "../support/a-recorded-look.ts";
import { runWords, type Ran } from "../support/a-runtime.ts";
import { aTraffic } from "../support/a-traffic.ts";

const web = { datname: "shop", usename: "app", applicationName: "web" };
const dump = { datname: "shop", usename: "app", applicationName: "pg_dump" };
const loader = { datname: "dwh", usename: 'e\u001b[2J"tl', applicationName: "loader" };

function advise(...words: readonly string[]): Promise<Ran> {
  return runWords(["advise", ...words]);
}

describe("pgleash advise on a day that is on record", () => {
  let folder: string;
  let file: string;
  let ran: Ran;
  let text: string;

  beforeAll(async () => {
    const crowds = [
      { holder: web, sessions: 2, lengthSeconds: () => 300.5 },
      { holder: dump, sessions: 1, lengthSeconds: () => 2000.5 },
      { holder: loader, sessions: 1, lengthSeconds: () => 65.5 },
    ];
    const { looks } = aTraffic(crowds, { hours: 24.5, stepSeconds: 20 });
    folder = await mkdtemp(join(tmpdir(), "pgleash-advise-"));
    file = join(folder, "looks.jsonl");
    await writeFile(file, looks.map((look) => aLookLine(look)).join(""));
    ran = await advise(file);
    text = ran.stdout;
  }, 60_000);
  afterAll(() => rm(folder, { recursive: true }));

  test("says what it is based on, and that it is sampled", () => {
    expect(ran).toMatchObject({ code: 0, stderr: "" });
    expect(text).toMatch(
      /^main: 4411 looks, 2027-01-15T08:00:00Z to 2027-01-16T08:30:00Z, which vouch for 24h30m\nmain: sampled: no idle period below 60s is known, and every one from 80s on\n/,
    );
  });

  test("tells the threshold of each application that nobody outlasted who went on", () => {
    expect(text).toMatch(/^web +app +shop +\d+ +\S+ +\S+ +5m +0 +0 +\d +10m$/m);
    expect(text).toMatch(/^pg_dump +app +shop +\d+ +\S+ +\S+ +33m +0 +0 +\d +1h00m$/m);
  });

  test("counts how often a timeout would have fired, and on whom pgleash would have spared", () => {
    const rows = [...text.matchAll(/^ +(?:3min|10min) +(\d+) +(\d+) +0 +0 +(\d) +(\d+)$/gm)];
    const [first = [], second = []] = rows.map(([, ...cells]) => cells.map(Number));
    const [fired = 0, wentOn = 0, open = 0, onProtected = 0] = first;
    expect(fired).toBe(wentOn + open);
    expect(onProtected).toBeGreaterThan(30);
    expect(onProtected).toBeLessThan(fired);
    // Of more than ten minutes are the dumps alone, which are protected as they come.
    expect(second[0]).toBe(second[3]);
    expect(text).toContain(`\nALTER ROLE "app" SET idle_in_transaction_session_timeout = '1h';\n`);
  });

  test("prints SQL that says who is meant, and nothing that steers a terminal", () => {
    expect(text).toMatch(/^[ -~\n]+$/);
    expect(text).toContain(
      String.raw`ALTER ROLE U&"e\+00001b[2J""tl" SET idle_in_transaction_session_timeout = '2min';`,
    );
  });

  test("tells how large a pool must be", () => {
    expect(text).toMatch(/^web +app +shop +[12] +2 +2 +2 +3$/m);
  });
});

test("declared pools are the configuration's to say, by their size or by their workers", async () => {
  const file = await aRecording(...looksAt([{ pid: 7, seconds: 500, looks: 4 }]));
  const config = join(await aFolder(), "pgleash.yml");
  const match = `match: ['application_name="web-1"']`;
  await appendFile(
    config,
    `pools: [{ name: web, ${match}, workers: 4, connections_per_worker: 10, buffer: 5 }]\n`,
  );
  const { code, stdout } = await advise(file, `--config.file=${config}`);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^web +all +4 x 10 \+ 5 = 45 +0 +\d+ +\d+ +\d+ +\d+ +\?$/m);
  expect(stdout).toContain("-- no advice for pool web: 24 h of looks are needed, and there are 0 h\n");
  expect((await advise(file)).stdout).not.toContain("Declared pools");
});

test("of a short recording it says how much is needed, and counts all the same", async () => {
  const file = await aRecording(...looksAt([{ pid: 7, seconds: 500, looks: 4 }]));
  const { code, stdout } = await advise(file);
  expect(code).toBe(0);
  expect(stdout).toContain("-- no advice for app: 24 h of looks are needed, and there are 0 h");
  expect(stdout).toMatch(/^ +5min +1 +0 +1 +0 +0 +0$/m);
  expect(stdout).not.toContain("ALTER ROLE");
});

test("the same is there as JSON", async () => {
  const file = await aRecording(...looksAt([{ pid: 7, seconds: 500, looks: 4 }]));
  const { code, stdout } = await advise(file, "--json");
  expect(code).toBe(0);
  const periods = { returned: 0, vanished: 1, lost_sight: 0, open: 0, longest_seconds: null };
  const { servers, timeouts } = JSON.parse(stdout);
  expect(timeouts).toEqual([]);
  expect(servers).toMatchObject([
    {
      server: "main",
      looks: 6,
      watched_seconds: 50,
      applications: [{ application_name: "web-1", periods }],
      roles: [
        {
          usename: "app",
          periods,
          idle_in_transaction_session_timeout: { seconds: null, sql: null, refused: expect.any(String) },
        },
      ],
    },
  ]);
  const row = { seconds: 300, fired: 1, fired_at_least: 1, vanished: 1, protected: 0 };
  expect(servers[0].timeouts).toEqual(expect.arrayContaining([expect.objectContaining(row)]));
});

test("whom the policy protects is the configuration's to say", async () => {
  const file = await aRecording(...looksAt([{ pid: 7, seconds: 500, looks: 4 }]));
  const config = join(await aFolder(), "pgleash.yml");
  await appendFile(config, `policy: { protect: [{ name: web, match: ['application_name="web-1"'] }] }\n`);
  expect((await advise(file, `--config.file=${config}`)).stdout).toMatch(/^ +5min +1 +0 +1 +0 +0 +1$/m);
});

describe("what is wrong is told in one line", () => {
  test.for([
    [["looks.jsonl", "--url=http://127.0.0.1:1"], /expected a FILE or --url, got both/, 2],
    [["--url=http://127.0.0.1:1"], /^pgleash: no answer from http:\/\/127\.0\.0\.1:1: /, 1],
    [["nowhere.jsonl"], /^pgleash: nowhere\.jsonl cannot be read: there is no such file\n$/, 1],
  ] as const)("%j", async ([words, says, code]) => {
    const ran = await advise(...words);
    expect(ran).toMatchObject({ code, stdout: "" });
    expect(ran.stderr).toMatch(says);
  });

  test("the younger file named first", async () => {
    const older = await aRecording(...looksAt([]));
    const snapshot = { ...aRecordedLook().look.snapshot, takenAtSeconds: 1_900_000_000 };
    const younger = await aRecording(aRecordedLook({ snapshot, gathered: null }));
    expect((await advise(younger, older)).stderr).toMatch(
      /:1: a look of 2027-\S+ is not later than the last of the files before, of 2030-\S+: name each file once, and the older file first\n$/,
    );
    expect((await advise(older, younger)).code).toBe(0);
  });

  test("the same file named twice, and one that begins within the one before", async () => {
    const file = await aRecording(...looksAt([{ pid: 7, seconds: 500, looks: 4 }]));
    const part = await aRecording(...looksAt([{ pid: 7, seconds: 500, looks: 4 }]).slice(2));
    const empty = await aPath("empty.jsonl");
    await writeFile(empty, "");
    expect((await advise(empty, file)).code).toBe(0);
    for (const [again, between] of [[file], [part], [file, empty]] as const) {
      const ran = await advise(file, ...(between === undefined ? [] : [between]), again);
      expect(ran).toMatchObject({ code: 1, stdout: "" });
      expect(ran.stderr).toContain(`${again}:1: a look of `);
      expect(ran.stderr).toContain("name each file once");
    }
  });

  test("a server that is not in it", async () => {
    const file = await aRecording(...looksAt([]));
    const { code, stderr } = await advise(file, "--server=other");
    expect([code, stderr]).toEqual([1, `pgleash: no look in ${file} is at "other", but at "main"\n`]);
  });

  test("lines that are no looks are left out, and counted", async () => {
    const file = await aRecording(...looksAt([]));
    await appendFile(file, `{"torn\nnonsense\n${aLookLine()}`);
    expect(await advise(file)).toMatchObject({
      code: 0,
      stderr: `pgleash: ${file}:7: this line is no recorded look, and 1 more are none; they were left out\n`,
    });
  });
});
