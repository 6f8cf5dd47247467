import { once } from "node:events";
import { request } from "node:http";
import { buffer } from "node:stream/consumers";
import { gunzipSync } from "node:zlib";
import { afterEach, describe, expect, test } from "vitest";

import type { Content } from "../../src/web/content.ts";
import { serveSome, type SomeServer } from "../support/a-web-server.ts";

const servers: SomeServer[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function serve(content: Partial<Content> = {}): Promise<number> {
  const server = await serveSome(content);
  servers.push(server);
  return server.port;
}

async function ask(
  port: number,
  accepted: string | undefined,
  method = "GET",
  path = "/metrics",
): Promise<{ encoding: unknown; vary: unknown; length: unknown; body: Buffer }> {
  const headers = accepted === undefined ? {} : { "Accept-Encoding": accepted };
  const asked = request({ port, host: "127.0.0.1", path, method, headers }).end();
  const [response] = await once(asked, "response");
  const { "content-encoding": encoding, vary, "content-length": length } = response.headers;
  return { encoding, vary, length, body: await buffer(response) };
}

describe("compression", () => {
  const page = "pgleash_up 1\n".repeat(1000);

  test.for(["/metrics", "/", "/api/v1/suspects", "/api/v1/explain"])(
    "is there for whoever asks at %s",
    async (path) => {
      const port = await serve({
        metricsPage: () => Promise.resolve(Buffer.from(page)),
        landingPage: () => Buffer.from(page),
        suspects: () => Buffer.from(page),
        explain: () => ({ json: page }),
      });
      const [plain, small] = [await ask(port, undefined, "GET", path), await ask(port, "gzip", "GET", path)];
      expect(small).toMatchObject({
        encoding: "gzip",
        vary: "Accept-Encoding",
        length: String(small.body.length),
      });
      expect(plain).toMatchObject({ encoding: undefined, vary: "Accept-Encoding" });
      expect(gunzipSync(small.body)).toEqual(plain.body);
      expect(small.body.length).toBeLessThan(plain.body.length / 10);
    },
  );

  test("of a HEAD is announced as that of a GET", async () => {
    const port = await serve({ metricsPage: () => Promise.resolve(Buffer.from(page)) });
    const [head, whole] = [await ask(port, "gzip", "HEAD"), await ask(port, "gzip")];
    expect({ ...head, body: whole.body }).toEqual(whole);
    expect(head.body).toHaveLength(0);
  });

  test("is not worth it for a few bytes", async () => {
    expect(await ask(await serve(), "gzip")).toMatchObject({ encoding: undefined, vary: undefined });
  });

  test("shows the new page as soon as there is one", async () => {
    let now = page;
    const port = await serve({ metricsPage: () => Promise.resolve(Buffer.from(now)) });
    await ask(port, "gzip");
    now = page.replaceAll("1", "0");
    expect(gunzipSync((await ask(port, "gzip")).body).toString()).toBe(now);
  });
});
