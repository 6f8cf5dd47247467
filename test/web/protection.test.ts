import { afterEach, describe, expect, test } from "vitest";

import type { WebConfig } from "../../src/web/config/web-config.ts";
import { changeableWebConfig, serveSome, type SomeServer } from "../support/a-web-server.ts";
import { exchange } from "../support/raw-http.ts";
import { dearerHashOfSecret, hashOfOther, hashOfSecret } from "../support/web-files.ts";

const servers: SomeServer[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function serve(
  config: Partial<WebConfig>,
): Promise<{ port: number; readonly change: (next: Partial<WebConfig>) => void }> {
  const web = changeableWebConfig(config);
  const server = await serveSome({}, { web });
  servers.push(server);
  return { port: server.port, change: web.change };
}

async function ask(port: number, credentials?: string, path = "/metrics"): Promise<Response> {
  const authorization = credentials === undefined ? undefined : Buffer.from(credentials).toString("base64");
  return fetch(`http://127.0.0.1:${port}${path}`, {
    headers: authorization === undefined ? {} : { Authorization: `Basic ${authorization}` },
  });
}

const users = new Map([
  ["alice", hashOfSecret],
  ["bob", dearerHashOfSecret],
]);

describe("a page with users", () => {
  test.for([
    ["alice:secret", 200],
    ["bob:secret", 200],
    ["alice:other", 401],
    ["alice:", 401],
    ["alice:secret ", 401],
    ["Alice:secret", 401],
    ["mallory:secret", 401],
    [":", 401],
    [`alice:${hashOfSecret}`, 401],
    [undefined, 401],
  ] as const)("answers %j with %d", async ([credentials, status]) => {
    const { port } = await serve({ users });
    const response = await ask(port, credentials);
    expect(response.status).toBe(status);
    expect((await response.text()) === "pgleash_up 1\n").toBe(status === 200);
    const challenge = 'Basic realm="pgleash", charset="UTF-8"';
    expect(response.headers.get("www-authenticate")).toBe(status === 401 ? challenge : null);
  });

  test.for(["__proto__", "constructor", "toString"])(
    "lets a user named %s in, by the password",
    async (user) => {
      const strangers = await serve({ users });
      expect((await ask(strangers.port, `${user}:secret`)).status).toBe(401);
      const { port } = await serve({ users: new Map([[user, hashOfSecret]]) });
      expect((await ask(port, `${user}:secret`)).status).toBe(200);
      expect((await ask(port, `${user}:other`)).status).toBe(401);
      expect((await ask(port)).status).toBe(401);
    },
  );

  test.for(["/", "/metrics", "/-/healthy", "/-/ready", "/api/v1/suspects", "/nothing", "/-/reload"])(
    "says nothing at %s to strangers, not even whether it is there",
    async (path) => {
      const { port } = await serve({ users });
      const response = await ask(port, "mallory:secret", path);
      expect(response.status).toBe(401);
      expect(response.headers.get("x-content-type-options")).toBe("nosniff");
    },
  );

  test("takes the new password as soon as the file has it, and the old one no more", async () => {
    const { port, change } = await serve({ users });
    expect((await ask(port, "alice:secret")).status).toBe(200);
    change({ users: new Map([["alice", hashOfOther]]) });
    expect((await ask(port, "alice:other")).status).toBe(200);
    expect((await ask(port, "alice:secret")).status).toBe(401);
  });

  test("looks at the file again before it refuses a password that it has never seen", async () => {
    const web = changeableWebConfig({ users });
    const stale = (): Promise<WebConfig> => web.current();
    let latest = 0;
    const server = await serveSome(
      {},
      {
        web: {
          ...web,
          current: async () => ({ ...(await stale()), users }),
          latest: () => ((latest += 1), web.latest()),
        },
      },
    );
    servers.push(server);
    web.change({ users: new Map([["alice", hashOfOther]]) });
    expect((await ask(server.port, "alice:other")).status).toBe(200);
    expect(latest).toBe(1);
  });

  test("turns a client away that guesses too fast, and says when to come back", async () => {
    const { port } = await serve({ users: new Map([["alice", hashOfSecret.replace("$04$", "$12$")]]) });
    const guesses = await Promise.all(Array.from({ length: 20 }, (_, index) => ask(port, `alice:${index}`)));
    const refused = guesses.filter(({ status }) => status === 503);
    // One is being checked, and 4 wait; another one or two may have had their turn meanwhile.
    expect(refused.length).toBeGreaterThan(10);
    expect(refused.length).toBeLessThanOrEqual(15);
    expect(refused[0]?.headers.get("retry-after")).toBe("1");
  });
});

describe("headers of the file", () => {
  test("are in every answer, and replace ours", async () => {
    const headers = {
      "Strict-Transport-Security": "max-age=1",
      "X-Frame-Options": "deny",
      "Content-Security-Policy": "default-src 'self'",
    };
    const { port } = await serve({ headers, users });
    for (const response of [await ask(port), await ask(port, "alice:secret", "/nothing")]) {
      expect(response.headers.get("strict-transport-security")).toBe("max-age=1");
      expect(response.headers.get("x-frame-options")).toBe("deny");
      expect(response.headers.get("content-security-policy")).toBe("default-src 'self'");
      expect(response.headers.get("cache-control")).toBe("no-store");
    }
  });

  test("that are empty take ours away", async () => {
    const { port } = await serve({ headers: { "Content-Security-Policy": "" } });
    const { headers } = await ask(port);
    expect(headers.has("content-security-policy")).toBe(false);
    expect(headers.has("x-content-type-options")).toBe(true);
  });

  test("may hold any letters, which go out as UTF-8", async () => {
    const value = Buffer.from("ü👍").toString("latin1");
    const { port } = await serve({ headers: { "X-XSS-Protection": value } });
    const answer = await exchange(port, "GET / HTTP/1.0\r\n\r\n");
    expect(Buffer.from(answer, "latin1").toString()).toContain("X-XSS-Protection: ü👍\r\n");
  });
});

describe("a rate limit", () => {
  test("lets a burst through, whoever asks, and then says when to come back", async () => {
    const { port } = await serve({ rateLimit: { intervalSeconds: 3600, burst: 3 }, users });
    const statuses: number[] = [];
    for (let turn = 0; turn < 3; turn += 1) statuses.push((await ask(port)).status);
    const refused = await ask(port, "alice:secret");
    expect([...statuses, refused.status]).toEqual([401, 401, 401, 429]);
    expect(refused.headers.get("retry-after")).toBe("3600");
  });

  test("that is changed begins with a full burst", async () => {
    const { port, change } = await serve({ rateLimit: { intervalSeconds: 3600, burst: 1 } });
    expect([(await ask(port)).status, (await ask(port)).status]).toEqual([200, 429]);
    change({ rateLimit: { intervalSeconds: 3600, burst: 2 } });
    expect([(await ask(port)).status, (await ask(port)).status, (await ask(port)).status]).toEqual([
      200, 200, 429,
    ]);
    change({});
    expect((await ask(port)).status).toBe(200);
  });
});
