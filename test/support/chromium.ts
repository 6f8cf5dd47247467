import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Duplex } from "node:stream";

import { connectDevtools, type Devtools, type Fields } from "./devtools.ts";

/** A window of the browser, and whatever happened in it since it was opened. */
export type Tab = {
  /** Loads an address; resolves when the page and everything in it is there. */
  load(url: string): Promise<void>;
  /** Asks the page for a value. No policy of the page binds the question. */
  evaluate(expression: string): Promise<unknown>;
  show(screen: Screen): Promise<void>;
  /** What a screen reader is told that the parts of the page are. */
  roles(): Promise<readonly string[]>;
  /** The whole page, as WebP. */
  screenshot(): Promise<Buffer>;
  /** What the console said: errors of scripts, what could not be loaded, and what a policy refused. */
  readonly complaints: readonly string[];
  /** The addresses that the page asked for something. */
  readonly requests: readonly string[];
};

/** Sizes in CSS pixels. */
export type Screen = {
  readonly width: number;
  readonly height: number;
  readonly colorScheme: "light" | "dark";
};

export type Browser = { open(): Promise<Tab>; close(): Promise<void> };

/** Why Chromium does not start stands at the end of what it says. */
const LAST_WORDS = 2000;

/** Starts Chromium, as Debian has it, without a window. The test must `close()` it. */
export async function startChromium(): Promise<Browser> {
  const folder = await mkdtemp(path.join(tmpdir(), "pgleash-chromium-"));
  const child = spawn("chromium", flagsFor(folder), {
    stdio: ["ignore", "ignore", "pipe", "pipe", "pipe"],
  });
  await once(child, "spawn").catch((error: unknown) => {
    throw new Error("chromium is not installed: apt-get install chromium", { cause: error });
  });
  const ended = once(child, "close");
  const [, , , orders, answers] = child.stdio;
  if (!(orders instanceof Duplex && answers instanceof Duplex)) throw new Error("expected two pipes");
  let said = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (said = (said + text).slice(-LAST_WORDS)));
  const devtools = connectDevtools({ orders, answers, lastWords: () => said });
  return {
    open: () => openTab(devtools),
    async close() {
      await devtools.send("Browser.close");
      await ended;
      await rm(folder, { recursive: true, force: true, maxRetries: 10 });
    },
  };
}

function flagsFor(folder: string): readonly string[] {
  return [
    "--headless",
    "--remote-debugging-pipe",
    `--user-data-dir=${folder}`,
    "--no-first-run",
    "--disable-gpu",
    // A container may have next to no shared memory.
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--hide-scrollbars",
    // For root Chromium has no sandbox; whoever is not root wants it.
    ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
    "about:blank",
  ];
}

async function openTab(devtools: Devtools): Promise<Tab> {
  const { targetId } = await devtools.send("Target.createTarget", { url: "about:blank" });
  const attached = await devtools.send("Target.attachToTarget", { targetId, flatten: true });
  const sessionId = String(attached["sessionId"]);
  const send = (method: string, params?: Fields): Promise<Fields> => devtools.send(method, params, sessionId);
  const complaints: string[] = [];
  const requests: string[] = [];
  devtools.on(sessionId, "Log.entryAdded", ({ entry }) => complaints.push(JSON.stringify(entry)));
  devtools.on(sessionId, "Runtime.exceptionThrown", (thrown) => complaints.push(JSON.stringify(thrown)));
  devtools.on(sessionId, "Runtime.consoleAPICalled", (called) => complaints.push(JSON.stringify(called)));
  devtools.on(sessionId, "Network.requestWillBeSent", ({ request }) => requests.push(urlOf(request)));
  for (const domain of ["Page", "Runtime", "Log", "Network"]) await send(`${domain}.enable`);

  return {
    complaints,
    requests,
    async load(url) {
      const loaded = new Promise<void>((resolve) => {
        devtools.on(sessionId, "Page.loadEventFired", () => resolve());
      });
      const { errorText } = await send("Page.navigate", { url });
      if (errorText !== undefined) throw new Error(`${url}: ${JSON.stringify(errorText)}`);
      await loaded;
    },
    async evaluate(expression) {
      const { result, exceptionDetails } = await send("Runtime.evaluate", {
        expression,
        returnByValue: true,
      });
      if (exceptionDetails !== undefined) throw new Error(JSON.stringify(exceptionDetails));
      return valueOf(result);
    },
    async show({ width, height, colorScheme }) {
      const features = [{ name: "prefers-color-scheme", value: colorScheme }];
      await send("Emulation.setEmulatedMedia", { features });
      const isPhone = width < 600;
      await send("Emulation.setDeviceMetricsOverride", {
        width,
        height,
        deviceScaleFactor: 1,
        mobile: isPhone,
      });
    },
    async roles() {
      const { nodes } = await send("Accessibility.getFullAXTree");
      return [...JSON.stringify(nodes).matchAll(/"role":\{"type":"role","value":"(\w+)"/g)].map(
        ([, role = ""]) => role,
      );
    },
    async screenshot() {
      const { data } = await send("Page.captureScreenshot", {
        format: "webp",
        quality: 85,
        captureBeyondViewport: true,
      });
      return Buffer.from(String(data), "base64");
    },
  };
}

function urlOf(request: unknown): string {
  return typeof request === "object" && request !== null && "url" in request ? String(request.url) : "";
}

function valueOf(result: unknown): unknown {
  return typeof result === "object" && result !== null && "value" in result ? result.value : undefined;
}
