import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";

import { defaultListenAddress } from "../../src/commands/listen-address.ts";
import { createWatchRole } from "../../src/demo/create-watch-role.ts";
import type { EmbeddedPostgres } from "../../src/demo/prepare-postgres.ts";
import { execForm, readDockerfile, replay, type Stage } from "../support/dockerfile.ts";
import { postgresMajors, startServer } from "../support/real-postgres.ts";
import { waitFor } from "../support/wait-for.ts";

const context = fileURLToPath(new URL("../..", import.meta.url));

// Builds take their time where the packages are not in npm's cache.
const BUILD_MS = 300_000;

let folder = "";
let runtime: Stage;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "pgleash-image-"));
  runtime = await replay(await readDockerfile(join(context, "Dockerfile")), context, folder);
}, BUILD_MS);

afterAll(async () => {
  await rm(folder, { recursive: true });
});

/** The exec form of an instruction, its paths those of this machine. */
function wordsOf(name: string): readonly string[] {
  const text = (runtime.last.get(name) ?? "").replace(/^.*\bCMD\s+/, "");
  return execForm(text).map((word) => {
    if (word === "/nodejs/bin/node") return process.execPath;
    return word.startsWith("/") ? runtime.root + word : word;
  });
}

/** Starts what the container would start, with nothing in its environment but what the image and `variables` set. */
function start(words: readonly string[], variables: Readonly<Record<string, string>> = {}): ChildProcess {
  const [program = "", ...rest] = words;
  const env = { ...runtime.variables, ...variables };
  return spawn(program, rest, {
    cwd: runtime.root + runtime.workFolder,
    env,
    stdio: ["ignore", "inherit", "pipe"],
  });
}

async function exitCode(child: ChildProcess): Promise<unknown> {
  child.stderr?.resume();
  const [code]: unknown[] = await once(child, "close");
  return code;
}

const softwareBill = z.looseObject({ components: z.array(z.looseObject({ purl: z.string() })) });

describe("the image", () => {
  test("names the packages that are bundled, none of which only builds or tests, for scanners", async () => {
    const text = await readFile(join(runtime.root, "app/dist/pgleash.cdx.json"), "utf8");
    const purls = softwareBill.parse(JSON.parse(text)).components.map(({ purl }) => purl);
    const names = purls.map((purl) => purl.replace(/^pkg:npm\/(.*)@.*$/, "$1"));
    expect(names).toEqual(expect.arrayContaining(["postgres", "prom-client", "yaml", "zod"]));
    expect(names.filter((name) => /vitest|typescript|rolldown|embedded|fast-check/.test(name))).toEqual([]);
  });

  test("holds nothing else, and is small", async () => {
    const app = await readdir(join(runtime.root, "app"));
    expect(app.toSorted()).toEqual(["dist", "package.json"]);
    const entries = await readdir(join(runtime.root, "app"), { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile());
    const sizes = await Promise.all(
      files.map(async (file) => (await stat(join(file.parentPath, file.name))).size),
    );
    const megabytes = sizes.reduce((sum, size) => sum + size, 0) / 1e6;
    process.stdout.write(`image without its base: ${files.length} files, ${megabytes.toFixed(1)} MB\n`);
    expect(megabytes).toBeLessThan(6);
  });

  test("has an empty folder for the audit, which belongs to its user", async () => {
    expect(await readdir(join(runtime.root, "var/lib/pgleash"))).toEqual([]);
    const text = await readFile(join(context, "Dockerfile"), "utf8");
    expect(text).toContain(`--chown=${runtime.last.get("USER")} /app/audit /var/lib/pgleash\n`);
  });

  test("runs as a numbered user that is not root, where pgleash listens by default", () => {
    expect(runtime.last.get("USER")).toMatch(/^[1-9]\d*:[1-9]\d*$/);
    expect(`:${runtime.last.get("EXPOSE")}`).toBe(defaultListenAddress);
    expect(runtime.variables["NODE_ENV"]).toBe("production");
  });
});

describe("a container", () => {
  let postgres: EmbeddedPostgres;

  beforeAll(async () => {
    postgres = await startServer(postgresMajors()[0] ?? "18");
    await createWatchRole({ host: postgres.socketFolder, port: postgres.port });
  });

  afterAll(async () => {
    await postgres.remove();
  });

  test("becomes ready and healthy, shows its server, and ends at SIGTERM with 0", async () => {
    const own = ["--web.listen-address=127.0.0.1:0"]; // 19187 may be taken on this machine
    const account = { PGUSER: "pgleash", PGDATABASE: "postgres" };
    const variables = { PGHOST: postgres.socketFolder, PGPORT: String(postgres.port), ...account };
    const container = start([...wordsOf("ENTRYPOINT"), ...wordsOf("CMD"), ...own], variables);
    const ended = once(container, "close");
    let log = "";
    container.stderr?.on("data", (chunk) => (log += String(chunk)));
    try {
      const port = await waitFor("the port in the log", () => /"port":(\d+)/.exec(log)?.[1]);
      const ask = (path: string) => fetch(`http://127.0.0.1:${port}${path}`);
      await waitFor("readiness", async () => (await ask("/-/ready")).status === 200);
      expect(await (await ask("/metrics")).text()).toMatch(/^pgleash_up\{server="[^"]+"\} 1$/m);
      const healthcheck = start([...wordsOf("HEALTHCHECK"), `--web.listen-address=127.0.0.1:${port}`]);
      expect(await exitCode(healthcheck)).toBe(0);
    } finally {
      container.kill("SIGTERM");
    }
    expect(await ended).toEqual([0, null]);
    expect(log).not.toContain('"level":"error"');
  });

  test("that does not answer is unhealthy", async () => {
    const healthcheck = start([...wordsOf("HEALTHCHECK"), "--web.listen-address=127.0.0.1:1"]);
    expect(await exitCode(healthcheck)).toBe(1);
  });
});
