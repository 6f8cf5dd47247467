import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { startAttacked, type AttackedProgram } from "../support/attacked-program.ts";
import { startChromium } from "../support/chromium.ts";
import { endure, expectCalm } from "../support/endure.ts";
import { exchange } from "../support/raw-http.ts";
import { connectTo } from "../support/real-postgres.ts";
import { ordealBy } from "../support/under-attack.ts";
import { waitFor } from "../support/wait-for.ts";

let attacked: AttackedProgram;

beforeAll(async () => {
  attacked = await startAttacked();
});

afterAll(() => attacked.stop());

describe("looks keep their schedule, memory its bound, and scrapes are answered, under", () => {
  test.for([
    [{ name: "slowloris", count: 1000 }, []],
    [{ name: "headers", count: 8 }, ["431"]],
    [{ name: "bodies", count: 8 }, ["413"]],
    [{ name: "unread", count: 200 }, []],
    [{ name: "malformed", count: 50 }, ["400"]],
    [{ name: "connections", count: 5000, processes: 2 }, []],
  ] as const)("%s", async ([attack, statuses]) => {
    const { port } = attacked;
    const endured = await endure(attacked, ordealBy({ ...attack, port }));
    expectCalm(endured);
    const wanted = attack.count * ("processes" in attack ? attack.processes : 1);
    expect(endured.told.opened).toBeGreaterThan(wanted * 0.7);
    expect(Object.keys(endured.told.answers)).toEqual(expect.arrayContaining([...statuses]));
  });
});

/** What a request asks for, and the status it deserves. The lines that whoever asks adds to their own request are theirs to add. */
const intrusions = [
  ["/../../../../etc/passwd", 404],
  ["/..%2f..%2fetc/passwd", 404],
  ["/%2e%2e/%2e%2e/etc/passwd", 404],
  ["/..\\..\\etc\\passwd", 404],
  ["/metrics/../../etc/passwd", 404],
  ["//etc/passwd", 404],
  ["/metrics%00.html", 404],
  ["/%0d%0aSet-Cookie:%20evil=1", 404],
  ["/metrics?x=%0d%0aX-Evil:%201", 200],
  ["/metrics?x=%0aX-Evil:%201", 200],
  ["http://evil.example/metrics", 404],
  ["/metrics\r\nX-Evil: 1", 200],
  ["/metrics\nX-Evil:1", 200],
  ["/metrics\rX-Evil:1", 400],
] as const;

test("nobody gets at files, and nothing of a request comes back in a header", async () => {
  const endured = await endure(attacked, {
    name: "paths and headers",
    attack: intrude,
    words: (count) => `${count} requests`,
  });
  expectCalm(endured);
  expect(endured.told).toBeGreaterThan(100);
});

async function intrude(over: AbortSignal): Promise<number> {
  let count = 0;
  while (!over.aborted) {
    for (const [path, status] of intrusions) {
      const head = `GET ${path} HTTP/1.1\r\nHost: evil\r\nX-Evil: evil\r\nCookie: evil=1\r\n`;
      await expectRefused(`${head}Connection: close\r\n\r\n`, status);
    }
    for (const header of [
      "X: a\r\n\tfolded\r\nX-Evil:\n1",
      "X: a\rX-Evil: 1",
      "X\r\nX-Evil: 1",
      "X-Evil\0: 1",
    ])
      await expectRefused(`GET /evil HTTP/1.1\r\nHost: evil\r\n${header}\r\nConnection: close\r\n\r\n`, 400);
    count += intrusions.length + 4;
  }
  return count;
}

async function expectRefused(request: string, status: number): Promise<void> {
  const [head = "", body = ""] = (await exchange(attacked.port, request)).split("\r\n\r\n");
  expect({ request, status: Number(head.split(" ")[1]) }).toEqual({ request, status });
  expect(head).not.toMatch(/evil|set-cookie/i);
  expect(body).not.toContain("root:");
}

test("a script in the name of an application does not run on the page", async () => {
  const script = `<script>document.title+=" ran"</script>`;
  await attacked.configure("detectors: { idle_in_transaction: { suspect_after: 1s, leaked_after: 2s } }\n");
  attacked.program.kill("SIGHUP");
  const leak = connectTo(attacked.server, { applicationName: script });
  await leak.unsafe("BEGIN");
  const browser = await startChromium();
  const tab = await browser.open();
  const url = `http://127.0.0.1:${attacked.port}/`;
  const text = async (): Promise<string> => {
    await tab.load(url);
    return String(await tab.evaluate("document.title + document.body.textContent"));
  };
  await waitFor("the script to be shown", async () => (await text()).includes(script));
  const endured = await endure(attacked, {
    name: "stored script",
    async attack(over) {
      let count = 0;
      for (; !over.aborted; count += 1) expect(await text()).not.toContain("pgleash ran");
      return count;
    },
    words: (count) => `${count} pages in Chromium`,
  });
  expectCalm(endured);
  expect(await tab.evaluate("document.title")).toBe("1 leaked · pgleash");
  expect(tab.complaints).toEqual([]);
  await browser.close();
  await leak.end({ timeout: 0 });
});
