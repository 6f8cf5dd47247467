import { execFile } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { get } from "node:https";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { setTimeout } from "node:timers/promises";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";

import { openWebConfig } from "../../src/web/config/web-config.ts";
import { loadWebConfig } from "../../src/web/config/load-web-config.ts";
import { changeableWebConfig, serveSome } from "../support/a-web-server.ts";
import { startTlsCrowd, type TlsCrowd } from "../support/tls-crowd.ts";
import { createWebFolder, type WebFolder } from "../support/web-files.ts";

let folder: WebFolder;
const ends: (() => Promise<void>)[] = [];

beforeAll(async () => {
  folder = await createWebFolder();
});

afterAll(async () => {
  await folder.remove();
});

afterEach(async () => {
  await Promise.all(ends.splice(0).map((end) => end()));
});

const megabyte = 1024 * 1024;

/** Serves a page of this size over TLS, and returns the port. */
async function serve(pageBytes: number, name = "server"): Promise<number> {
  const path = await folder.write(
    "web.yml",
    `tls_server_config: { cert_file: ${name}.crt, key_file: ${name}.key }\n`,
  );
  const loaded = await loadWebConfig(path);
  const web = changeableWebConfig("config" in loaded ? loaded.config : openWebConfig);
  const page = Buffer.alloc(pageBytes, "x");
  const server = await serveSome({ metricsPage: () => Promise.resolve(page) }, { web });
  ends.push(() => server.close());
  return server.port;
}

async function beset(crowd: TlsCrowd): Promise<void> {
  ends.unshift(await startTlsCrowd(crowd));
}

/** A scrape of somebody who behaves, from 127.0.0.1 and over a connection of its own; the status, 0 for none, and the time. */
async function scrape(port: number): Promise<{ readonly status: number; readonly seconds: number }> {
  const beganMs = performance.now();
  const seconds = (): number => (performance.now() - beganMs) / 1000;
  const options = { host: "127.0.0.1", port, path: "/metrics", agent: false, localAddress: "127.0.0.1" };
  const asked = get({ ...options, rejectUnauthorized: false, signal: AbortSignal.timeout(10_000) });
  try {
    const [response] = await once(asked, "response");
    await buffer(response);
    return { status: response.statusCode, seconds: seconds() };
  } catch {
    return { status: 0, seconds: seconds() };
  }
}

function memoryMb(): number {
  return process.memoryUsage().rss / megabyte;
}

test("600 who read nothing of a large page take little memory, and nobody else's answer", async () => {
  const port = await serve(megabyte);
  await scrape(port);
  const before = memoryMb();
  await beset({ task: "unread", port, count: 600, localAddress: "127.0.0.2" });
  const scrapes = [await scrape(port), await scrape(port), await scrape(port)];
  const grown = memoryMb() - before;
  process.stdout.write(`600 who read nothing: ${grown.toFixed(0)} MB more\n`);
  expect(grown).toBeLessThan(200);
  expect(scrapes.map(({ status }) => status)).toEqual([200, 200, 200]);
}, 60_000);

test("600 who read a little now and then keep no newcomer of another address out", async () => {
  const port = await serve(4 * megabyte);
  await beset({ task: "trickle", port, count: 600, localAddress: "127.0.0.2" });
  const scrapes: Awaited<ReturnType<typeof scrape>>[] = [];
  for (let turn = 0; turn < 8; turn += 1) scrapes.push(await scrape(port));
  const slowest = Math.max(...scrapes.map(({ seconds }) => seconds));
  process.stdout.write(`600 who trickle: the slowest scrape took ${slowest.toFixed(2)} s\n`);
  expect(scrapes.map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 200));
}, 60_000);

test("a flood of handshakes with a long key does not make the main thread late", async () => {
  const subject = ["-subj", "/CN=long", "-days", "1"];
  const files = ["-keyout", "long.key", "-out", "long.crt"];
  const words = ["req", "-x509", "-newkey", "rsa:4096", "-nodes", ...files, ...subject];
  await promisify(execFile)("openssl", words, { cwd: folder.path });
  expect(await readFile(join(folder.path, "long.crt"), "utf8")).toContain("CERTIFICATE");
  const port = await serve(1000, "long");
  let latest = 0;
  let dueMs = Number.POSITIVE_INFINITY;
  const clock = setInterval(() => {
    latest = Math.max(latest, performance.now() - dueMs);
    dueMs = performance.now() + 10;
  }, 10);
  await beset({ task: "shake", port, count: 200, localAddress: "127.0.0.2" });
  const scrapes = [await scrape(port), await scrape(port)];
  await setTimeout(1000);
  clearInterval(clock);
  const slowest = Math.max(...scrapes.map(({ seconds }) => seconds));
  process.stdout.write(
    `flood of handshakes: timer late by ${latest.toFixed(0)} ms, scrape ${slowest.toFixed(2)} s\n`,
  );
  expect(scrapes.map(({ status }) => status)).toEqual([200, 200]);
  // All at once, they take seconds; other programs of this machine take some time, too.
  expect(latest).toBeLessThan(500);
}, 60_000);
