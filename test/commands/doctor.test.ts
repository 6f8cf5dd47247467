import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { startProgram } from "../support/a-program.ts";
import { runWords } from "../support/a-runtime.ts";
import { listen } from "../support/fake-postgres.ts";
import { waitFor } from "../support/wait-for.ts";

let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "pgleash-doctor-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function fileWith(content: string): Promise<string> {
  const path = join(folder, "pgleash.yml");
  await writeFile(path, content);
  return path;
}

describe("pgleash doctor", () => {
  test("gives up on a server that says nothing, within the time of a look", async () => {
    const silent = await listen(() => undefined);
    const url = `host=127.0.0.1 port=${silent.port} user=pgleash sslmode=disable`;
    const file = await fileWith(`look_timeout: 1s\nservers: [{ name: main, url: "${url}" }]\n`);
    const { code, stdout, stderr } = await runWords(["doctor", `--config.file=${file}`]);
    await silent.close();
    expect([code, stderr]).toEqual([1, ""]);
    expect(stdout).toBe(`main
  failed   connect     127.0.0.1:${silent.port}: timeout: no reply within 1.0 s: the connection was given up
                       run: pg_isready --host=127.0.0.1 --port=${silent.port}

something is wrong at 1 of 1 server
`);
  });

  test("is ended by Ctrl-C, whatever it waits for", async () => {
    const silent = await listen(() => undefined);
    const program = startProgram([
      "doctor",
      `host=127.0.0.1 port=${silent.port} sslmode=disable user=pgleash`,
    ]);
    await waitFor("it to connect", () => silent.open() === 1);
    program.kill("SIGINT");
    expect(await program.ended).toBe("SIGINT");
    expect(program.stdout() + program.stderr()).toBe("");
    await silent.close();
  });

  test("says each warning of the configuration, and all servers in their order", async () => {
    const silent = await listen((socket) => socket.destroy());
    const url = `host=127.0.0.1 port=${silent.port} user=pgleash sslmode=disable`;
    const file = await fileWith(`policy: { mode: enforce, audit_file: /a, pause_file: /p }
servers: [{ name: b, url: "${url}" }, { name: a, url: "${url}" }]
`);
    const ran = await runWords(["doctor", `--config.file=${file}`, "--json"]);
    await silent.close();
    expect(ran.code).toBe(1);
    const warning: unknown = expect.stringMatching(/:1:17: warning: policy\.mode: /);
    expect(ran.stderr).toEqual(warning);
    expect(JSON.parse(ran.stdout)).toMatchObject({
      fine: false,
      warnings: [warning],
      servers: [
        { server: "b", fine: false, failure: { at: "connect" }, slots: null },
        { server: "a", fine: false, failure: { at: "connect" }, version: null, encryption: null },
      ],
    });
  });

  test.for([
    [{}, [], "pgleash: nobody named a server: localhost:5432 is the default\n"],
    [{ PGHOST: "/nowhere" }, [], ""],
    [{ DATABASE_URL: "host=/nowhere" }, [], ""],
    [{}, ["host=/nowhere"], ""],
  ] as const)("with %j and %j, guessing is told", async ([variables, words, says]) => {
    const { stderr } = await runWords(["doctor", ...words, "--json"], { variables });
    expect(stderr).toBe(says);
  });

  test("exits with 1 where the configuration does not load", async () => {
    const file = await fileWith("evry: 5s\n");
    const { code, stdout, stderr } = await runWords(["doctor", "--json", `--config.file=${file}`]);
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toContain(`${file}:1:1: evry: `);
  });
});

describe("on a terminal", () => {
  test.for([
    { variables: { TERM: "xterm" }, more: "", isColoured: true },
    { variables: { TERM: "xterm", NO_COLOR: "1" }, more: "", isColoured: false },
    { variables: { TERM: "xterm", NO_COLOR: "" }, more: "", isColoured: true },
    { variables: { TERM: "dumb" }, more: "", isColoured: false },
    { variables: { TERM: "xterm" }, more: "--no-color", isColoured: false },
    { variables: { TERM: "xterm" }, more: "--json", isColoured: false },
  ])("with $variables $more, coloured: $isColoured", async ({ variables, more, isColoured }) => {
    const shown = await onTerminal(`doctor host=/nowhere ${more}`, variables);
    expect(shown).toContain("failed");
    expect(shown.includes("\u001B[31mfailed\u001B[39m")).toBe(isColoured);
    expect(shown.includes("\u001B")).toBe(isColoured);
  });
});

const main = fileURLToPath(new URL("../../dist/main.js", import.meta.url));

/** What the program shows on a pseudo terminal, made by `script`. */
async function onTerminal(words: string, variables: Readonly<Record<string, string>>): Promise<string> {
  const command = `'${process.execPath}' '${main}' ${words}`;
  const child = spawn("script", ["--quiet", "--command", command, "/dev/null"], {
    env: { PATH: process.env["PATH"] ?? "", ...variables },
    stdio: ["ignore", "pipe", "ignore"],
  });
  await once(child, "spawn").catch((error: unknown) => {
    throw new Error("script is not installed: apt-get install bsdutils", { cause: error });
  });
  return await text(child.stdout);
}
