import { once } from "node:events";
import { rename } from "node:fs/promises";
import { join } from "node:path";
import { connect } from "node:tls";

import { hash } from "bcryptjs";
import { afterEach, beforeEach, expect, onTestFinished, test } from "vitest";

import { startPrometheus, type Prometheus } from "../support/a-prometheus.ts";
import { startProgram, type Program } from "../support/a-program.ts";
import { watchStalls } from "../support/stalls.ts";
import { waitFor } from "../support/wait-for.ts";
import { createWebFolder, type WebFolder } from "../support/web-files.ts";

const INTERVAL_SECONDS = 0.5;

let folder: WebFolder;
let pgleash: Program;
let port: number;
let prometheus: Prometheus;
/** The passwords of users, as a file of hashes has them. */
const passwords = new Map<string, string>();

beforeEach(async () => {
  folder = await createWebFolder();
  await setUsers(["first"]);
  // Nobody is there to be looked at: this is about the scrapes.
  pgleash = startProgram(
    ["serve", "--web.listen-address=127.0.0.1:0", `--web.config.file=${join(folder.path, "web.yml")}`],
    { DATABASE_URL: "postgres://pgleash@127.0.0.1:1/postgres?sslmode=disable" },
  );
  port = await waitFor("pgleash to listen", () => {
    const watching = pgleash.log().find(({ msg }) => msg === "watching");
    return watching === undefined ? undefined : Number(watching["port"]);
  });
  prometheus = await startPrometheus(scrapesAs("first"));
  await waitFor("the first scrape", async () => (await ups()).length > 0);
});

afterEach(async () => {
  await prometheus.stop();
  pgleash.kill("SIGTERM");
  await pgleash.ended;
  await folder.remove();
});

function scrapesAs(user: string): string {
  return `global: { scrape_interval: ${INTERVAL_SECONDS * 1000}ms, scrape_timeout: ${INTERVAL_SECONDS * 1000}ms }
scrape_configs:
  - job_name: pgleash
    scheme: https
    tls_config: { ca_file: "${folder.path}/ca.crt" }
    basic_auth: { username: "${user}", password: "${passwords.get(user)}" }
    static_configs: [{ targets: ["127.0.0.1:${port}"] }]
`;
}

/** Writes the file anew with these users, each with a password of their own. The old file is replaced in one step. */
async function setUsers(users: readonly string[]): Promise<void> {
  const lines: string[] = [];
  for (const user of users) {
    const password = passwords.get(user) ?? `password of ${user}`;
    passwords.set(user, password);
    lines.push(`  ${user}: "${await hash(password, 8)}"\n`);
  }
  const text = `tls_server_config: { cert_file: server.crt, key_file: server.key }\nbasic_auth_users:\n${lines.join("")}`;
  await rename(await folder.write("web.yml.next", text), join(folder.path, "web.yml"));
}

function ups(): ReturnType<Prometheus["samples"]> {
  return prometheus.samples("up");
}

/** Waits for so many more scrapes. */
async function scrapes(count: number): Promise<void> {
  const before = (await ups()).length;
  await waitFor("scrapes", async () => (await ups()).length >= before + count, 30);
}

async function servedName(): Promise<string> {
  const socket = connect({ host: "127.0.0.1", port, ca: folder.caCertificate });
  await once(socket, "secureConnect");
  const { subjectaltname = "" } = socket.getPeerCertificate();
  socket.destroy();
  return subjectaltname;
}

async function status(user: string): Promise<number> {
  const answer = await new Promise<string>((resolve, reject) => {
    const socket = connect({ host: "127.0.0.1", port, ca: folder.caCertificate });
    const credentials = Buffer.from(`${user}:${passwords.get(user)}`).toString("base64");
    socket.write(`GET /metrics HTTP/1.0\r\nAuthorization: Basic ${credentials}\r\n\r\n`);
    socket.setEncoding("utf8").once("data", resolve).once("error", reject);
  });
  return Number(answer.slice("HTTP/1.1 ".length).slice(0, 3));
}

test("no scrape is lost while certificates and passwords are replaced under it", async () => {
  const stalls = await watchStalls();
  onTestFinished(() => stalls.stop());
  for (let round = 1; round <= 3; round += 1) {
    // The certificate, then its key, as a tool that knows nothing of us writes them.
    const { cert, key } = await folder.authority.sign(`DNS:round-${round},IP:127.0.0.1`);
    await folder.write("server.crt", cert);
    await scrapes(2);
    await folder.write("server.key", key);
    await waitFor("the new certificate", async () => (await servedName()).includes(`round-${round}`));

    const [old, next] = [round === 1 ? "first" : `user-${round - 1}`, `user-${round}`];
    await setUsers([old, next]);
    await scrapes(1);
    await prometheus.reconfigure(scrapesAs(next));
    await scrapes(2);
    await setUsers([next]);
    await waitFor("the old user to be a stranger", async () => (await status(old)) === 401);
    expect(await status(next)).toBe(200);
    await scrapes(2);
  }
  const samples = await ups();
  const gaps = samples.slice(1).map(({ seconds }, index) => seconds - (samples[index]?.seconds ?? 0));
  const longest = Math.max(...gaps);
  process.stdout.write(`${samples.length} scrapes, the longest gap between two ${longest.toFixed(3)} s\n`);
  expect(samples.length).toBeGreaterThan(20);
  expect(samples.filter(({ value }) => value !== 1)).toEqual([]);
  expect(longest).toBeLessThan(1.5 * INTERVAL_SECONDS + (await stalls.longestSeconds()));
  const told = pgleash.log().map(({ msg }) => msg);
  expect(told.filter((message) => message === "web configuration reloaded").length).toBeGreaterThanOrEqual(9);
  expect(pgleash.stderr()).not.toMatch(/password of|\$2b\$/);
});

test("a scrape with a wrong password would be seen as one that failed", async () => {
  passwords.set("first", "another");
  await prometheus.reconfigure(scrapesAs("first"));
  await expect
    .poll(async () => (await ups()).some(({ value }) => value === 0), { timeout: 20_000 })
    .toBe(true);
});
