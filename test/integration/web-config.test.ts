import { execFile } from "node:child_process";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { addressOf, runProgram, startProgram, type Program } from "../support/a-program.ts";
import { samplesOf } from "../support/strict-exposition.ts";
import { waitFor } from "../support/wait-for.ts";
import { createWebFolder, hashOfOther, hashOfSecret, type WebFolder } from "../support/web-files.ts";

/** Nobody is there to be looked at: this is about the page. */
const variables = { DATABASE_URL: "postgres://pgleash@127.0.0.1:1/postgres?sslmode=disable" };

let folder: WebFolder;
let programs: Program[];

beforeEach(async () => {
  folder = await createWebFolder();
  programs = [];
});

afterEach(async () => {
  for (const program of programs) program.kill("SIGKILL");
  await Promise.all(programs.map((program) => program.ended));
  await folder.remove();
});

function serve(...words: readonly string[]): Program {
  const program = startProgram(["serve", "--web.listen-address=127.0.0.1:0", ...words], variables);
  programs.push(program);
  return program;
}

function user(hash: string): string {
  return `basic_auth_users: { alice: "${hash}" }\n`;
}

function ask(url: string, password?: string): Promise<Response> {
  return fetch(
    url,
    password === undefined ? {} : { headers: { Authorization: `Basic ${btoa(`alice:${password}`)}` } },
  );
}

/** Whether the last attempt to load a configuration succeeded, as the page says. */
async function isLoaded(address: string, password: string): Promise<number | undefined> {
  const page = await (await ask(`${address}/metrics`, password)).text();
  return samplesOf(page, "pgleash_config_last_reload_successful")[0]?.value;
}

function messages(program: Program): readonly unknown[] {
  return program.log().map(({ msg }) => msg);
}

describe("pgleash serve --web.config.file", () => {
  test("follows the file, says in the log and the metrics that a new one is bad, and goes on with the last good one", async () => {
    const web = await folder.write("web.yml", user(hashOfSecret));
    const program = serve(`--web.config.file=${web}`);
    const address = await addressOf(program);
    expect((await ask(`${address}/-/healthy`)).status).toBe(401);
    expect(await isLoaded(address, "secret")).toBe(1);

    await folder.write("web.yml", "basic_auth_users: { alice: not-a-hash }\n");
    await waitFor("the metric", async () => (await isLoaded(address, "secret")) === 0);
    const refused = program.log().find(({ msg }) => String(msg).startsWith("web configuration not reloaded"));
    expect(refused).toMatchObject({
      level: "error",
      problems: [expect.stringContaining("web.yml:1:28: basic_auth_users.alice: expected a bcrypt hash")],
    });

    await folder.write("web.yml", user(hashOfOther));
    await waitFor("the new password", async () => (await isLoaded(address, "other")) === 1);
    expect((await ask(`${address}/metrics`, "secret")).status).toBe(401);
    expect(messages(program)).toContain("web configuration reloaded");
    expect(program.stderr()).not.toMatch(/\$2b\$|not-a-hash/);
    program.kill("SIGTERM");
    expect(await program.ended).toBe(0);
  });

  test("gives protection up at a reload only", async () => {
    const web = await folder.write("web.yml", user(hashOfSecret));
    const program = serve(`--web.config.file=${web}`, "--web.enable-lifecycle");
    const address = await addressOf(program);
    await folder.write("web.yml", "");
    await waitFor("the file to be seen", async () => (await isLoaded(address, "secret")) === 0);
    expect((await ask(`${address}/metrics`)).status).toBe(401);
    program.kill("SIGHUP");
    await waitFor("the page to be open", async () => (await ask(`${address}/metrics`)).ok);
    expect(await isLoaded(address, "")).toBe(1);

    await folder.write("web.yml", "junk");
    const reload = await fetch(`${address}/-/reload`, { method: "POST" });
    expect([reload.status, await reload.text()]).toEqual([
      500,
      expect.stringContaining("web.yml:1:1: expected a mapping of keys to values, got a text"),
    ]);
  });

  test("warns of a hash that takes seconds to check", async () => {
    const web = await folder.write("web.yml", user(hashOfSecret.replace("$04$", "$17$")));
    const program = serve(`--web.config.file=${web}`);
    await addressOf(program);
    const warned = program.log().find(({ msg }) => msg === "web configuration loaded, with warnings");
    expect(warned).toMatchObject({
      level: "warn",
      warnings: [expect.stringContaining("basic_auth_users.alice: a bcrypt hash of cost 17")],
    });
  });

  test("goes on with what it read when a pipe that nobody writes to is in the place of the file", async () => {
    const web = await folder.write("web.yml", user(hashOfSecret));
    const program = serve(`--web.config.file=${web}`);
    const address = await addressOf(program);
    await rm(web);
    await promisify(execFile)("mkfifo", [web]);
    await waitFor("the pipe to be seen", async () => (await isLoaded(address, "secret")) === 0);
    expect((await ask(`${address}/metrics`)).status).toBe(401);
    program.kill("SIGTERM");
    expect(await program.ended).toBe(0);
  });

  test("says once that HTTP/2 is not spoken, where the file asks for it", async () => {
    const files = "tls_server_config: { cert_file: server.crt, key_file: server.key }\n";
    const both = await folder.write("both.yml", `${files}http_server_config: { http2: true }\n`);
    const one = await folder.write("one.yml", files);
    const [told, untold] = [serve(`--web.config.file=${both}`), serve(`--web.config.file=${one}`)];
    await Promise.all([addressOf(told), addressOf(untold)]);
    const notice = "HTTP/2 is not spoken here: clients get HTTP/1.1";
    expect(messages(told).filter((message) => message === notice)).toHaveLength(1);
    expect(messages(untold)).not.toContain(notice);
  });

  test("does not start with a bad file, and says all that is wrong with it", async () => {
    const web = await folder.write(
      "web.yml",
      "tls_server_config: { cert_file: none }\nbasic_auth_users: { a: b }\n",
    );
    const { code, stdout, stderr } = await runProgram(["serve", `--web.config.file=${web}`], variables);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain(
      `${join(folder.path, "web.yml")}:2:24: basic_auth_users.a: expected a bcrypt hash`,
    );
  });
});

test("several addresses serve the same, and the log names them all", async () => {
  const program = serve("--web.listen-address=127.0.0.2:0");
  await addressOf(program);
  const { listening } = program.log().find(({ msg }) => msg === "watching") ?? {};
  expect(listening).toEqual([
    expect.stringMatching(/^127\.0\.0\.1:\d+$/),
    expect.stringMatching(/^127\.0\.0\.2:\d+$/),
  ]);
  for (const address of Array.isArray(listening) ? listening : [])
    expect((await fetch(`http://${String(address)}/-/healthy`)).status).toBe(200);
});
