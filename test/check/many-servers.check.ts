import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type postgres from "postgres";
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";

import { createWatchRole } from "../../src/demo/create-watch-role.ts";
import type { EmbeddedPostgres } from "../../src/demo/prepare-postgres.ts";
import { lookUpThreads } from "../../src/thread-pool.ts";
import { PLACES } from "../../src/watch/openings.ts";
import { openBlackHole, type BlackHole } from "../support/a-black-hole.ts";
import { startNameServer, type NameServer } from "../support/a-name-server.ts";
import { addressOf, startProgram, type Program } from "../support/a-program.ts";
import { createAuthority, type Authority } from "../support/certificates.ts";
import { freePort } from "../support/free-port.ts";
import { punctuality, quantile } from "../support/look-delays.ts";
import { connectTo, postgresMajors, startServer } from "../support/real-postgres.ts";
import { scrapeOf, sumOf, type Scrape } from "../support/scraped-servers.ts";
import { watchStalls } from "../support/stalls.ts";
import { startTlsPostgres, type TlsPostgres } from "../support/tls-postgres.ts";
import { waitFor } from "../support/wait-for.ts";

vi.setConfig({ testTimeout: 240_000, hookTimeout: 120_000 });

const EVERY_SECONDS = 5;
const WATCHED_SECONDS = 60;
/** A name service of our own needs its port, 53, and a mount of our own: without them the dead have no names. */
const hasNames = process.getuid?.() === 0;
const HEALTHY = 200;
const LATE = hasNames ? 5 : 0;
const REFUSED = 30;
const NAMELESS = hasNames ? 40 : 0;
const SILENT = 70 - NAMELESS;
const DEAD = REFUSED + SILENT + NAMELESS;

const majors = postgresMajors();

/** Has what follows ask our own name service, after our own file of names. */
const ownNames = `mount --bind "$0/resolv.conf" /etc/resolv.conf
mount --bind "$0/hosts" /etc/hosts
exec "$@"`;

describe("300 servers in a servers file, a third of them dead", () => {
  let servers: readonly EmbeddedPostgres[] = [];
  let authority: Authority;
  let secured: TlsPostgres;
  let nameServer: NameServer | undefined;
  let admins: readonly postgres.Sql[] = [];
  let blackHole: BlackHole;
  let folder: string;
  let refusingPort: number;
  let pgleash: Program;
  let address: string;
  let startedMs: number;
  let mostOpenFiles = 0;

  beforeAll(async () => {
    const major = majors.at(-1) ?? "18";
    authority = await createAuthority();
    const certificate = await authority.sign("DNS:db.example");
    servers = await Promise.all([1, 2].map(() => startServer(major, { max_connections: "100" })));
    secured = await startTlsPostgres(major, authority, certificate, { max_connections: "150" });
    await Promise.all(
      servers.map((server) => createWatchRole({ host: server.socketFolder, port: server.port })),
    );
    admins = [...servers, secured.server].map((server) => connectTo(server));
    await admins.at(-1)?.unsafe("GRANT pg_monitor TO tls_only, plain_only");
    blackHole = await openBlackHole();
    refusingPort = await freePort();
    folder = await mkdtemp(join(tmpdir(), "pgleash-many-"));
    if (hasNames) nameServer = await startNameServer("127.0.0.99", { late: /^late-/u, lateSeconds: 3 });
    const alive = namesOf("healthy", HEALTHY).map((one) => `127.0.0.1 ${one}.example\n`);
    await writeFile(`${folder}/hosts`, `127.0.0.1 localhost\n${alive.join("")}`);
    await writeFile(`${folder}/resolv.conf`, "nameserver 127.0.0.99\n");
    await name(namesOf("healthy", HEALTHY));
    await writeFile(
      `${folder}/pgleash.yml`,
      `every: ${EVERY_SECONDS}s\nservers_file: ${folder}/*.json\nservers_template: { url: "postgres:///postgres" }\n`,
    );
    startedMs = performance.now();
    pgleash = startProgram(
      ["serve", `--config.file=${folder}/pgleash.yml`, "--web.listen-address=127.0.0.1:0"],
      { UV_THREADPOOL_SIZE: "128" },
      undefined,
      hasNames ? ["unshare", "--mount", "sh", "-euc", ownNames, folder] : [],
    );
    address = await addressOf(pgleash);
  });
  afterAll(async () => {
    pgleash.kill("SIGTERM");
    await pgleash.ended;
    await Promise.all(admins.map((admin) => admin.end()));
    await nameServer?.close();
    await Promise.all([blackHole.close(), secured.remove(), ...servers.map((server) => server.remove())]);
    await authority.remove();
    await rm(folder, { recursive: true });
  });

  test("the healthy ones are looked at on time, whatever the dead do", async () => {
    const first = await waitFor("a look at each of the healthy", allUp, 60);
    const startSeconds = (performance.now() - startedMs) / 1000;
    await waitFor("those whose names are answered late", async () => (await upAmong("late")) === LATE, 60);
    await waitFor("a try at each of the dead", async () => (await triedTwice()) === DEAD, 90);

    const stalls = await watchStalls();
    onTestFinished(() => stalls.stop());
    const before = await scrape();
    const beforeMs = performance.now();
    const seen = new Map<string, { seconds: number; looks: number }[]>();
    for (const server of namesOf("healthy", HEALTHY)) seen.set(server, []);
    const scrapes = [before];
    const untilMs = performance.now() + WATCHED_SECONDS * 1000;
    let isReloaded = false;
    while (performance.now() < untilMs) {
      const turnMs = performance.now();
      if (!isReloaded && turnMs > untilMs - (WATCHED_SECONDS * 1000) / 2) {
        pgleash.kill("SIGHUP");
        isReloaded = true;
      }
      const page = await scrape();
      scrapes.push(page);
      const looks = page.of("pgleash_looks_total");
      for (const [server, seconds] of page.of("pgleash_last_success_timestamp_seconds"))
        seen.get(server)?.push({ seconds, looks: looks.get(server) ?? 0 });
      await waitFor("the next scrape", () => performance.now() > turnMs + (EVERY_SECONDS * 1000) / 2);
    }
    const after = await scrape();

    const watchedSeconds = (performance.now() - beforeMs) / 1000;
    const all = [...seen.values()].map((one) => punctuality(one, EVERY_SECONDS));
    const delays = all.flatMap((one) => one.delays);
    const cpu = sumOf(after, "process_cpu_seconds_total") - sumOf(before, "process_cpu_seconds_total");
    const stalledSeconds = await stalls.mostWithin(EVERY_SECONDS);
    const figures = {
      start_seconds: startSeconds,
      machine_stalled: stalledSeconds,
      looks: delays.length,
      missing: all.reduce((sum, one) => sum + one.missing, 0),
      delay_p50: quantile(delays, 0.5),
      delay_p99: quantile(delays, 0.99),
      delay_max: Math.max(...delays),
      busiest_tenth: busiestTenth(
        [...seen.values()].flatMap((one) => [...new Set(one.map(({ seconds }) => seconds))]),
      ),
      longest_scrape: Math.max(...scrapes.map((page) => page.tookSeconds)),
      page_mb: after.bytes / 1e6,
      rss_mb: sumOf(after, "process_resident_memory_bytes") / 1e6,
      cores: cpu / watchedSeconds,
      open_files: sumOf(after, "process_open_fds"),
      opening_to_the_silent: blackHole.most(),
      open_files_at_start: mostOpenFiles,
      names_under_way: nameServer?.most() ?? 0,
      reloads: pgleash.log().filter(({ msg }) => msg === "configuration reloaded").length,
      sessions: await ownSessions(),
    };
    process.stdout.write(`300 servers: ${JSON.stringify(figures, rounded)}\n`);

    expect(first.of("pgleash_up").size).toBe(HEALTHY + LATE + DEAD);
    expect(figures.reloads).toBe(1);
    const connections = [...after.of("pgleash_connections_opened_total")];
    expect(connections.filter(([server, count]) => server.startsWith("healthy") && count !== 1)).toEqual([]);
    // Each is asked for both kinds of address.
    expect(figures.names_under_way).toBeLessThanOrEqual(2 * lookUpThreads("128"));
    // The dead hold the places of the first round for 2 s each: seven rounds at most.
    expect(figures.start_seconds).toBeLessThan(30);
    expect(figures.missing).toBe(0);
    expect(figures.looks).toBeGreaterThanOrEqual(HEALTHY * (WATCHED_SECONDS / EVERY_SECONDS - 1));
    // Evenly it would be 0.1, and all at once 1.
    expect(figures.busiest_tenth).toBeLessThan(0.25);
    expect(figures.delay_p50).toBeLessThan(0.2);
    // While the machine stands still nobody is on time.
    expect(figures.delay_p99).toBeLessThan(1 + stalledSeconds);
    expect(figures.delay_max).toBeLessThan(EVERY_SECONDS / 2 + stalledSeconds);
    expect(figures.longest_scrape).toBeLessThan(5 + stalledSeconds);
    expect(figures.rss_mb).toBeLessThan(800);
    expect(figures.cores).toBeLessThan(0.8);
    // One that goes and the one that takes its place may overlap for a moment.
    expect(figures.opening_to_the_silent).toBeLessThanOrEqual(2 * PLACES + 4);
    expect(figures.sessions).toBe(HEALTHY + LATE);
  });

  test("a change of the file is followed, and those who stay do not notice", async () => {
    const before = await scrape();
    const gone = "healthy-7";
    await name([...namesOf("healthy", HEALTHY).filter((one) => one !== gone), "new-1"]);
    const after = await waitFor(
      "the change",
      async () => {
        const page = await scrape();
        const up = page.of("pgleash_up");
        return !up.has(gone) && up.get("new-1") === 1 && page;
      },
      60,
    );
    const opened = (page: Scrape): readonly (number | undefined)[] =>
      namesOf("healthy", HEALTHY)
        .filter((one) => one !== gone)
        .map((one) => page.of("pgleash_connections_opened_total").get(one));
    expect(opened(after)).toEqual(opened(before));
    expect(sumOf(after, "pgleash_servers_file_last_reload_successful")).toBe(1);
    expect(sumOf(after, "pgleash_servers_file_targets_refused")).toBe(0);
  });

  /** Has the file name these, spread over the real servers, and the dead between them. */
  async function name(healthy: readonly string[]): Promise<void> {
    const groups = [
      ...healthy.map((one) => ({ targets: [targetOf(one)], labels: { server: one } })),
      ...namesOf("late", LATE).map((one) => ({
        targets: [overTcp(one, "tls_only")],
        labels: { server: one },
      })),
      ...namesOf("refused", REFUSED).map((one) => deadGroup(one, "127.0.0.1", refusingPort)),
      ...namesOf("silent", SILENT).map((one) => deadGroup(one, "127.0.0.1", blackHole.port)),
      ...namesOf("nameless", NAMELESS).map((one) => deadGroup(one, `${one}.example`, 5432)),
    ];
    // In no order of health: one after the other by a number that has nothing to do with it.
    const mixed = groups.toSorted((a, b) => turnOf(a.labels.server) - turnOf(b.labels.server));
    await writeFile(`${folder}/new`, JSON.stringify(mixed));
    await rename(`${folder}/new`, `${folder}/servers.json`);
  }

  /** One half over sockets; of the others, which have names, every second one with TLS and the rest, refused with it, without. */
  function targetOf(one: string): string {
    const number = numberOf(one);
    const server = servers[number % 4];
    if (server !== undefined) return `host=${server.socketFolder} port=${server.port} user=pgleash`;
    return overTcp(one, number % 4 === 2 ? "tls_only" : "plain_only");
  }

  function overTcp(one: string, user: string): string {
    return `host=${hasNames ? `${one}.example` : "localhost"} port=${secured.place.port} user=${user}`;
  }

  const scrape = (): Promise<Scrape> => scrapeOf(address);

  async function allUp(): Promise<Scrape | undefined> {
    const page = await scrape();
    mostOpenFiles = Math.max(mostOpenFiles, sumOf(page, "process_open_fds"));
    const up = [...page.of("pgleash_up")].filter(
      ([server, value]) => value === 1 && server.startsWith("healthy"),
    );
    return up.length === HEALTHY ? page : undefined;
  }

  async function upAmong(what: string): Promise<number> {
    const up = [...(await scrape()).of("pgleash_up")];
    return up.filter(([server, value]) => value === 1 && server.startsWith(what)).length;
  }

  async function triedTwice(): Promise<number> {
    const looks = [...(await scrape()).of("pgleash_looks_total")];
    return looks.filter(([server, count]) => !/^(?:healthy|late|new)/u.test(server) && count >= 2).length;
  }

  async function ownSessions(): Promise<number> {
    const counts = await Promise.all(
      admins.map((admin) =>
        admin.unsafe(
          "SELECT count(*)::int AS n FROM pg_stat_activity WHERE usename IN ('pgleash', 'tls_only', 'plain_only')",
        ),
      ),
    );
    return counts.reduce((sum, [row]) => sum + Number(row?.["n"]), 0);
  }
});

function namesOf(what: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${what}-${index}`);
}

/** The share of the looks that were in the same tenth of the interval. */
function busiestTenth(times: readonly number[]): number {
  const tenths = times.map((time) => Math.floor(((time % EVERY_SECONDS) / EVERY_SECONDS) * 10));
  const counts = Array.from({ length: 10 }, (_, tenth) => tenths.filter((one) => one === tenth).length);
  return Math.max(...counts) / times.length;
}

function deadGroup(
  server: string,
  host: string,
  port: number,
): { targets: string[]; labels: { server: string } } {
  return { targets: [`host=${host} port=${port} user=pgleash`], labels: { server } };
}

function numberOf(server: string): number {
  return Number(server.split("-")[1]);
}

function turnOf(server: string): number {
  return (numberOf(server) * 7919) % 300;
}

function rounded(_key: string, value: unknown): unknown {
  return typeof value === "number" ? Math.round(value * 1000) / 1000 : value;
}
