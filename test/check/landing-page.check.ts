import { createServer, type Server } from "node:http";
import { once } from "node:events";

import type postgres from "postgres";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";

import { startDaemon, type Daemon } from "../../src/daemon.ts";
import { builtInFloors } from "../../src/decide/policy.ts";
import { createWatchRole } from "../../src/demo/create-watch-role.ts";
import type { EmbeddedPostgres } from "../../src/demo/prepare-postgres.ts";
import { landingPage } from "../../src/expose/landing-page.ts";
import { landingStyleHash } from "../../src/expose/landing/style.ts";
import { aLog } from "../support/a-log.ts";
import { aReport, aServerView, aSuspect, aView } from "../support/a-view.ts";
import { startChromium, type Browser, type Tab } from "../support/chromium.ts";
import { configOf } from "../support/config-text.ts";
import { connectTo, startServer, type ClientOptions } from "../support/real-postgres.ts";
import { waitFor } from "../support/wait-for.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 });

/** What would run if it got into the page as it is. Each leaves its mark in the title; a name has 63 bytes. */
const scripts = {
  application: `<script>document.title+=" application"</script>`,
  role: `<svg onload='document.title+=" role"'>`,
  database: `<img src=x onerror='document.title+=" database"'>`,
  // Shown as SQL has it, where double quotes in a name are doubled.
  query: `<script>document.title+=' query'</script>`,
  route: `<script>document.title+=" route"</script>`,
  server: `<script>document.title+=" server"</script>`,
  failure: `<script>document.title+=" failure"</script>`,
  rule: `</title></style><script>document.title+=" rule"</script>`,
} as const;

const marks = Object.keys(scripts);
const links = { metricsPath: "/metrics", hasApi: true };

describe("names that are scripts, on a real server", () => {
  let server: EmbeddedPostgres;
  let daemon: Daemon;
  let browser: Browser;
  const cleanups: (() => Promise<unknown>)[] = [];

  beforeAll(async () => {
    server = await startServer("18");
    cleanups.push(() => server.remove());
    await createWatchRole({ host: server.socketFolder, port: server.port });
    const admin = connected({});
    await admin.unsafe(`CREATE ROLE ${quoted(scripts.role)} LOGIN`);
    await admin.unsafe(`CREATE DATABASE ${quoted(scripts.database)}`);
    const leak = connected({
      user: scripts.role,
      database: scripts.database,
      applicationName: scripts.application,
    });
    const comment = `/*route='${encodeURIComponent(scripts.route)}'*/`;
    await leak.unsafe("BEGIN");
    await leak.unsafe(`SELECT 1 AS ${quoted(scripts.query)} ${comment}`);
    daemon = await aHostileDaemon();
    browser = await startChromium();
    cleanups.push(() => browser.close());
    await waitFor("the suspect and the failure", () => {
      const [first, second] = daemon.view().servers;
      const suspects = first?.report?.suspects ?? [];
      return suspects.some(({ severity }) => severity === "leaked") && second?.failure !== null;
    });
  });
  afterAll(async () => {
    for (const cleanup of cleanups.toReversed()) await cleanup();
  });

  test("are shown as what they are, and do not run", async () => {
    const tab = await browser.open();
    await tab.load(pageUrl());
    const text = String(await tab.evaluate("document.body.textContent"));
    for (const script of Object.values(scripts)) expect(text).toContain(script);
    expect(await titleOf(tab)).toBe("1 leaked · pgleash");
    expect(tab.complaints).toEqual([]);
    expect(tab.requests).toEqual([pageUrl()]);
  });

  test("would all run if they were not escaped", async () => {
    const tab = await browser.open();
    await withPage(await unescapedPage(), {}, (url) => tab.load(url));
    expect((await titleOf(tab)).split(" ")).toEqual(expect.arrayContaining(marks));
    expect(tab.requests.some((url) => url.endsWith("/x"))).toBe(true);
  });

  test("would still not run if they were not escaped: the policy alone stops them", async () => {
    const policy = await policyOfPage();
    expect(policy).toMatch(
      /^default-src 'none'; style-src 'sha256-[\w+/]{43}='; img-src data:; base-uri 'none'; form-action 'none'/,
    );
    const tab = await browser.open();
    await withPage(await unescapedPage(), { "Content-Security-Policy": policy }, (url) => tab.load(url));
    expect(await titleOf(tab)).toBe("1 leaked · pgleash");
    expect(
      tab.complaints.filter((one) => one.includes("Content Security Policy")).length,
    ).toBeGreaterThanOrEqual(marks.length);
  });

  test("and the style and the empty icon pass the policy, so that nothing else is asked for", async () => {
    const tab = await browser.open();
    await tab.load(pageUrl());
    expect(tab.complaints).toEqual([]);
    expect(await tab.evaluate(`document.querySelector("link[rel=icon]").href`)).toBe("data:,");
    const colour = `getComputedStyle(document.querySelector("header")).backgroundColor`;
    expect(await tab.evaluate(colour)).toBe("rgb(179, 21, 44)");
  });

  test("calm servers are folded, and stay unfolded for whoever asked for that", async () => {
    const many = await aDaemonOfMany(11);
    const url = `http://127.0.0.1:${many.port}/`;
    await waitFor("all looks", () => many.view().servers.every(({ report }) => report !== null));
    const tab = await browser.open();
    await tab.load(url);
    const isOpen = `document.querySelector("details").open`;
    expect(await tab.evaluate(isOpen)).toBe(false);
    await tab.load(String(await tab.evaluate(`document.querySelector(".note a").href`)));
    expect(await tab.evaluate("location.search + document.querySelector('details').open")).toBe(
      "?unfoldedtrue",
    );
    await tab.load(String(await tab.evaluate(`document.querySelector(".note a").href`)));
    expect(await tab.evaluate("location.href")).toBe(url);
    expect(await tab.evaluate(isOpen)).toBe(false);
  });

  function connected(options: ClientOptions): postgres.Sql {
    const sql = connectTo(server, options);
    cleanups.push(() => sql.end({ timeout: 0 }));
    return sql;
  }

  function pageUrl(): string {
    return `http://127.0.0.1:${daemon.port}/`;
  }

  async function policyOfPage(): Promise<string> {
    const response = await fetch(pageUrl());
    return response.headers.get("Content-Security-Policy") ?? "";
  }

  /** The page as it would be if nothing in it were escaped. */
  async function unescapedPage(): Promise<string> {
    const response = await fetch(pageUrl());
    const page = await response.text();
    return page
      .replaceAll("&lt;", "<")
      .replaceAll("&gt;", ">")
      .replaceAll("&quot;", '"')
      .replaceAll("&#39;", "'")
      .replaceAll("&amp;", "&");
  }

  function urlOf(database: string): string {
    return `postgres://pgleash@/${encodeURIComponent(database)}?host=${encodeURIComponent(server.socketFolder)}&port=${server.port}`;
  }

  /** Watches the server under the name of a script, and a database that does not exist. */
  function aHostileDaemon(): Promise<Daemon> {
    return watching(`every: 1s
detectors:
  idle_in_transaction: { suspect_after: 1s, leaked_after: 2s }
servers:
  - { name: ${JSON.stringify(scripts.server)}, url: ${JSON.stringify(urlOf("postgres"))} }
  - { name: second, url: ${JSON.stringify(urlOf(scripts.failure))} }
policy:
  mode: dry_run
  rules:
    - { name: ${JSON.stringify(scripts.rule)}, match: ['application_name=~"<.*"', 'kind="idle_in_transaction"'], action: terminate, min_age: 1m }
`);
  }

  /** Watches it under so many names. */
  function aDaemonOfMany(names: number): Promise<Daemon> {
    const url = JSON.stringify(urlOf("postgres"));
    const servers = Array.from({ length: names }, (_, at) => `  - { name: db${at}, url: ${url} }\n`);
    return watching(`every: 1s\nservers:\n${servers.join("")}`);
  }

  async function watching(text: string): Promise<Daemon> {
    const config = configOf(text);
    const started = await startDaemon({
      isEnforceFlagged: false,
      floors: builtInFloors,
      config,
      reloadConfig: () => Promise.resolve({ config }),
      log: aLog().log,
      versions: { pgleash: "0.0.0", node: "20" },
      web: {
        addresses: [{ host: "127.0.0.1", port: 0 }],
        telemetryPath: "/metrics",
        isApiEnabled: true,
        isLifecycleEnabled: false,
      },
    });
    cleanups.push(() => started.stop());
    return started;
  }
});

describe("on the screen", () => {
  const name = "a_very_long_name_of_the_kind_that_generators_make_up".repeat(2);
  const policy = {
    "Content-Security-Policy": `default-src 'none'; style-src ${landingStyleHash}; img-src data:`,
  };
  const leaking = aServerView({ server: name, report: aReport({ suspects: [aSuspect()] }) });
  const calm = Array.from({ length: 20 }, (_, at) => aServerView({ server: `${name}${at}` }));
  const page = landingPage(aView({ servers: [leaking, ...calm] }), links);
  let browser: Browser;

  beforeAll(async () => {
    browser = await startChromium();
  });
  afterAll(() => browser.close());

  test.for([320, 390, 768, 1280])("%s pixels wide, nothing has to be scrolled sideways", async (width) => {
    const tab = await browser.open();
    await tab.show({ width, height: 800, colorScheme: "light" });
    await withPage(page, policy, (url) => tab.load(url));
    expect(await tab.evaluate("document.documentElement.scrollWidth")).toBe(width);
  });

  test("of a phone, a cell stands under its title, and the table is still one to a screen reader", async () => {
    const tab = await browser.open();
    await tab.show({ width: 390, height: 800, colorScheme: "light" });
    await withPage(page, policy, (url) => tab.load(url));
    expect(await tab.evaluate(`getComputedStyle(document.querySelector("td"), "::before").content`)).toBe(
      '"Verdict"',
    );
    const roles = await tab.roles();
    for (const role of ["table", "row", "columnheader", "rowheader", "cell"]) expect(roles).toContain(role);
  });

  test("of the night, the page is dark", async () => {
    const tab = await browser.open();
    const colour = "getComputedStyle(document.body).backgroundColor";
    await tab.show({ width: 1280, height: 800, colorScheme: "dark" });
    await withPage(page, policy, (url) => tab.load(url));
    expect(await tab.evaluate(colour)).toBe("rgb(13, 17, 23)");
    await tab.show({ width: 1280, height: 800, colorScheme: "light" });
    expect(await tab.evaluate(colour)).toBe("rgb(246, 247, 249)");
  });
});

/** As an identifier of SQL. */
function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

async function titleOf(tab: Tab): Promise<string> {
  return String(await tab.evaluate("document.title"));
}

/** Serves one page on the loopback for as long as it is used. Whatever else it asks for is not there. */
async function withPage(
  page: string,
  headers: Readonly<Record<string, string>>,
  use: (url: string) => Promise<void>,
): Promise<void> {
  const server: Server = createServer((request, response) => {
    const isPage = request.url !== "/x";
    response.writeHead(isPage ? 200 : 404, { "Content-Type": "text/html; charset=utf-8", ...headers });
    response.end(isPage ? page : "");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  try {
    await use(`http://127.0.0.1:${typeof address === "object" ? (address?.port ?? 0) : 0}/`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}
