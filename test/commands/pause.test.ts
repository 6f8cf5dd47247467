import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

import { watchPauseFile } from "../../src/act/pause-file.ts";
import { runWords } from "../support/a-runtime.ts";
import { aFolder, aPath } from "../support/an-audit.ts";

const HOUR = 3600;

function nowSeconds(): number {
  return Date.now() / 1000;
}

async function aConfigOf(text: string): Promise<string> {
  const path = join(await aFolder(), "pgleash.yml");
  await writeFile(path, `${text}\nservers: [{ name: db1, url: "postgres://u@h/d" }]\n`);
  return path;
}

describe("E27: pgleash pause", () => {
  test("pauses with a reason until somebody resumes", async () => {
    const path = await aPath("pause.json");
    expect(await runWords(["pause", "--reason= migration ", `--pause-file=${path}`])).toEqual({
      code: 0,
      stdout: `${path}: paused until "pgleash resume" by dba: migration\nIt takes effect where a pgleash is configured with pause_file: ${path}\n`,
      stderr: "",
    });
    const watch = watchPauseFile(path);
    expect(await watch.read(nowSeconds() + 1000 * HOUR)).toEqual({
      reason: "migration",
      untilSeconds: null,
      by: "dba",
    });
    const resumed = { code: 0, stdout: `${path}: resumed\n`, stderr: "" };
    expect(await runWords(["resume", `--pause-file=${path}`])).toEqual(resumed);
    expect(await watch.read(nowSeconds())).toBeNull();
    const again = { code: 0, stdout: `${path}: was not paused\n`, stderr: "" };
    expect(await runWords(["resume", `--pause-file=${path}`])).toEqual(again);
  });

  test("pauses for a while, and no longer", async () => {
    const path = await aPath("pause.json");
    const { code, stdout } = await runWords(["pause", "--reason=x", "--for=2h", `--pause-file=${path}`]);
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(/: paused until \d{4}-\d\d-\d\dT.*Z by dba: x\n/),
    ]);
    const watch = watchPauseFile(path);
    expect(await watch.read(nowSeconds() + 2 * HOUR - 60)).not.toBeNull();
    expect(await watch.read(nowSeconds() + 2 * HOUR + 1)).toBeNull();
  });

  test("writes and removes the file that the configuration names", async () => {
    const path = await aPath("pause.json");
    const file = `--config.file=${await aConfigOf(`policy: { pause_file: ${path} }`)}`;
    const { code, stdout } = await runWords(["pause", "--reason=x", file]);
    // The configuration says who reads it.
    expect([code, stdout]).toEqual([0, `${path}: paused until "pgleash resume" by dba: x\n`]);
    expect(await watchPauseFile(path).read(nowSeconds())).not.toBeNull();
    expect((await runWords(["resume", file])).stdout).toBe(`${path}: resumed\n`);
  });

  const incident = ["pause", "--reason=incident"];

  test.for([
    { standing: [...incident], words: ["--for=5m"] },
    { standing: [...incident, "--for=2h"], words: ["--for=1h"] },
  ])("does not end a pause of somebody else sooner: $standing, then $words", async ({ standing, words }) => {
    const path = await aPath("pause.json");
    await runWords([...standing, `--pause-file=${path}`], { osUser: "ada" });
    const before = await readFile(path, "utf8");
    const sooner = ["pause", "--reason=deploy", ...words, `--pause-file=${path}`];
    const { code, stdout, stderr } = await runWords(sooner);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(
      /would end sooner than the pause that stands: paused until .* by ada: incident\..*--replace/,
    );
    expect(await readFile(path, "utf8")).toBe(before);
    const replaced = await runWords([...sooner, "--replace"]);
    expect([replaced.code, replaced.stderr]).toEqual([
      0,
      expect.stringMatching(/^pgleash: this replaces: paused until .* by ada: incident\n$/),
    ]);
    expect(await watchPauseFile(path).read(nowSeconds())).toMatchObject({ reason: "deploy" });
  });

  test.for([
    { standing: [...incident, "--for=1h"], words: ["--for=2h"] },
    { standing: [...incident, "--for=1h"], words: [] },
    { standing: [...incident], words: [] },
  ])(
    "replaces one that does not end later, and says so: $standing, then $words",
    async ({ standing, words }) => {
      const path = await aPath("pause.json");
      await runWords([...standing, `--pause-file=${path}`], { osUser: "ada" });
      const { code, stderr } = await runWords(["pause", "--reason=deploy", ...words, `--pause-file=${path}`]);
      expect([code, stderr]).toEqual([
        0,
        expect.stringMatching(/^pgleash: this replaces: paused until .* by ada: incident\n$/),
      ]);
    },
  );

  test("replaces one that is over", async () => {
    const path = await aPath("pause.json");
    await writeFile(path, '{"reason":"x","until":"2020-01-01T00:00:00Z"}');
    const { code } = await runWords(["pause", "--reason=deploy", "--for=1s", `--pause-file=${path}`]);
    expect(code).toBe(0);
  });

  test.for(["pause --reason=x", "resume"])("%s leaves a file alone that is no pause order", async (words) => {
    for (const text of ["", "{", '{"schema":1,"kind":"intent"}\n{"schema":1,"kind":"outcome"}\n']) {
      const path = await aPath("audit.jsonl");
      await writeFile(path, text);
      const { code, stdout, stderr } = await runWords([...words.split(" "), `--pause-file=${path}`]);
      expect([code, stdout]).toEqual([1, ""]);
      expect(stderr).toContain(`${path} is left as it is, because it is no pause order`);
      expect(await readFile(path, "utf8")).toBe(text);
    }
  });

  test("shows no terminal what would rewrite it", async () => {
    const path = await aPath("pause.json");
    const { stdout } = await runWords(["pause", "--reason=a\u001b[2Jb", `--pause-file=${path}`]);
    expect(stdout).toContain("a\\x1b[2Jb");
  });
});

describe("E22: pause and resume that cannot work say so", () => {
  test.for([
    { words: ["pause", "--pause-file=x"], says: "--reason: expected a reason of at most 200 characters" },
    { words: ["pause", "--reason= ", "--pause-file=x"], says: "--reason: expected" },
    { words: ["pause", `--reason=${"x".repeat(201)}`, "--pause-file=x"], says: "got 201 of them" },
    { words: ["pause", "--reason=x", "--for=5", "--pause-file=x"], says: 'such as 2h, got "5"' },
    { words: ["pause", "--reason=x", "--for=0s", "--pause-file=x"], says: "from 1s to 30d" },
    { words: ["pause", "--reason=x", "--for=31d", "--pause-file=x"], says: "from 1s to 30d" },
    { words: ["pause", "--reason=x"], says: "expected either --config.file or --pause-file" },
    { words: ["pause", "--reason=x", "--pause-file="], says: "expected the absolute path of a file" },
    { words: ["pause", "--reason=x", "--pause-file=a/b"], says: 'the absolute path of a file, got "a/b"' },
    {
      words: ["resume", "--pause-file=pause.json"],
      says: "--pause-file: expected the absolute path of a file",
    },
    { words: ["resume"], says: "expected either --config.file or --pause-file" },
    { words: ["resume", "--pause-file=x", "--config.file=y"], says: "expected either" },
    { words: ["resume", "now"], says: "unexpected argument" },
  ])("$words exits with 2", async ({ words, says }) => {
    const { code, stdout, stderr } = await runWords(words);
    expect([code, stdout, stderr]).toEqual([2, "", expect.stringContaining(says)]);
  });

  test.for(["pause --reason=x", "resume"])("%s without policy.pause_file exits with 1", async (words) => {
    const file = await aConfigOf("");
    const { code, stdout, stderr } = await runWords([...words.split(" "), `--config.file=${file}`]);
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toContain("names no policy.pause_file");
  });

  test("a configuration that is broken does not keep anybody from pausing", async () => {
    const { code, stderr } = await runWords([
      "pause",
      "--reason=x",
      `--config.file=${await aConfigOf("evry: 5s")}`,
    ]);
    expect([code, stderr]).toEqual([1, expect.stringMatching(/evry[^]*--pause-file=PATH/)]);
  });

  test("a folder that is not there", async () => {
    const path = join(await aFolder(), "lost", "pause.json");
    const { code, stdout, stderr } = await runWords(["pause", "--reason=x", `--pause-file=${path}`]);
    expect([code, stdout, stderr]).toEqual([1, "", expect.stringMatching(/^pgleash: not paused: ENOENT/)]);
  });

  test("what is no file is not removed", async () => {
    const path = await aFolder();
    const { code, stdout, stderr } = await runWords(["resume", `--pause-file=${path}`]);
    expect([code, stdout, stderr]).toEqual([1, "", expect.stringMatching(/^pgleash: not resumed: /)]);
  });
});
