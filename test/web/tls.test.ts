import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { Agent, get, type RequestOptions } from "node:https";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { connect, type ConnectionOptions, type TLSSocket } from "node:tls";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";

import { loadWebConfig } from "../../src/web/config/load-web-config.ts";
import type { WebConfig } from "../../src/web/config/web-config.ts";
import { changeableWebConfig, serveSome, type SomeServer } from "../support/a-web-server.ts";
import type { Certificate } from "../support/certificates.ts";
import { exchange } from "../support/raw-http.ts";
import { createWebFolder, type WebFolder } from "../support/web-files.ts";

let folder: WebFolder;
let stranger: WebFolder;
const servers: SomeServer[] = [];

beforeAll(async () => {
  folder = await createWebFolder();
  stranger = await createWebFolder();
});

afterAll(async () => {
  await folder.remove();
  await stranger.remove();
});

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

const files = "cert_file: server.crt, key_file: server.key";

/** What a file with these keys in its TLS section comes to. */
async function configOf(keys: string, certificate = files): Promise<WebConfig> {
  const path = await folder.write("web.yml", `tls_server_config: { ${certificate}, ${keys} }\n`);
  const loaded = await loadWebConfig(path);
  if ("config" in loaded) return loaded.config;
  throw new Error(loaded.problems.join("; "));
}

async function serve(
  config: WebConfig,
): Promise<{ port: number; readonly change: (next: WebConfig) => void }> {
  const web = changeableWebConfig(config);
  const server = await serveSome({}, { web });
  servers.push(server);
  return { port: server.port, change: web.change };
}

/** Asks for the metrics over TLS; what came, or how it failed. */
async function ask(port: number, options: RequestOptions = {}): Promise<string> {
  const asked = get({
    host: "127.0.0.1",
    port,
    path: "/metrics",
    ca: folder.caCertificate,
    agent: false,
    ...options,
  });
  try {
    const [response] = await once(asked, "response");
    return await text(response);
  } catch (error) {
    return error instanceof Error && "code" in error ? String(error.code) : String(error);
  }
}

const served = "pgleash_up 1\n";

/** Shakes hands and no more; the socket, or how it failed. */
async function shake(port: number, options: ConnectionOptions): Promise<TLSSocket | string> {
  const socket = connect({ host: "127.0.0.1", port, ca: folder.caCertificate, ...options });
  try {
    await once(socket, "secureConnect");
    socket.on("error", () => undefined);
    socket.destroy();
    return socket;
  } catch (error) {
    return error instanceof Error && "code" in error ? String(error.code) : String(error);
  }
}

describe("an encrypted page", () => {
  test("is there for whoever trusts our authority", async () => {
    const { port } = await serve(await configOf(""));
    expect(await ask(port)).toBe(served);
    expect(await ask(port, { ca: stranger.caCertificate })).toBe("UNABLE_TO_VERIFY_LEAF_SIGNATURE");
  });

  test("is there with certificate and key as texts in the file", async () => {
    const [cert, key] = ["server.crt", "server.key"].map((name) => readFile(join(folder.path, name), "utf8"));
    const texts = `cert: ${JSON.stringify(await cert)}, key: ${JSON.stringify(await key)}`;
    const { port } = await serve(await configOf("", texts));
    expect(await ask(port)).toBe(served);
  });

  test("is not there without encryption", async () => {
    const { port } = await serve(await configOf(""));
    expect(await exchange(port, "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")).not.toContain("pgleash_up");
    expect(await ask(port)).toBe(served);
  });

  test("speaks HTTP/1.1 to whoever prefers HTTP/2, and nothing to whoever knows only that", async () => {
    const { port } = await serve(await configOf(""));
    expect(await shake(port, { ALPNProtocols: ["h2", "http/1.1"] })).toMatchObject({
      alpnProtocol: "http/1.1",
    });
    expect(await shake(port, { ALPNProtocols: ["h2"] })).toBe("ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL");
  });
});

test("a client that leaves during or after its handshake is not waited for", async () => {
  const web = changeableWebConfig(await configOf(""));
  // Nobody is sent away for being slow.
  const limits = { requestSeconds: 3600, idleSeconds: 3600, stopSeconds: 3600 };
  const server = await serveSome({}, { web, limits });
  const { port } = server;
  for (let turn = 0; turn < 10; turn += 1) expect(typeof (await shake(port, {}))).toBe("object");
  await expect.poll(() => openConnections(port)).toBe(0);
  await server.close();
});

/** How many connections to this port the server's side has not closed yet, in any state but the last ones. */
async function openConnections(port: number): Promise<number> {
  const lines = (await readFile("/proc/net/tcp", "utf8")).split("\n").slice(1);
  const local = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  const [established, closeWait] = ["01", "08"];
  return lines.filter((line) => {
    const [, address = "", , state] = line.trim().split(/\s+/);
    return address.endsWith(local) && (state === established || state === closeWait);
  }).length;
}

describe("the versions of TLS", () => {
  const clients = ["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"] as const;

  test.for([
    ["", ["TLSv1.2", "TLSv1.3"]],
    ["min_version: TLS13", ["TLSv1.3"]],
    ["max_version: TLS12", ["TLSv1.2"]],
    ["min_version: TLS10", ["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"]],
    ["min_version: TLS11, max_version: TLS11", ["TLSv1.1"]],
    ["min_version: TLS13, max_version: TLS12", []],
  ] as const)("with %j are %j", async ([keys, versions]) => {
    const { port } = await serve(await configOf(keys));
    const spoken: string[] = [];
    for (const version of clients) {
      const ciphers = "DEFAULT:@SECLEVEL=0";
      const socket = await shake(port, { minVersion: version, maxVersion: version, ciphers });
      if (typeof socket !== "string") spoken.push(version);
    }
    expect(spoken).toEqual(versions);
  });
});

test.for([
  ["TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", ["ECDHE-ECDSA-AES256-GCM-SHA384"]],
  [
    "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA, TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
    ["ECDHE-ECDSA-AES128-SHA", "ECDHE-ECDSA-CHACHA20-POLY1305"],
  ],
  ["TLS_AES_128_GCM_SHA256", []],
] as const)("cipher_suites: [%s] are those of TLS 1.2, and TLS 1.3 stays", async ([suites, names]) => {
  const { port } = await serve(await configOf(`cipher_suites: [${suites}]`));
  const all = [
    "ECDHE-ECDSA-AES128-SHA",
    "ECDHE-ECDSA-AES128-GCM-SHA256",
    "ECDHE-ECDSA-AES256-GCM-SHA384",
    "ECDHE-ECDSA-CHACHA20-POLY1305",
  ];
  const spoken: string[] = [];
  for (const ciphers of all)
    if (typeof (await shake(port, { maxVersion: "TLSv1.2", ciphers })) !== "string") spoken.push(ciphers);
  expect(spoken).toEqual(names);
  expect(await ask(port, { minVersion: "TLSv1.3" })).toBe(served);
});

test("curve_preferences are the only curves", async () => {
  const { port } = await serve(await configOf("curve_preferences: [CurveP384]"));
  expect(await ask(port, { ecdhCurve: "P-384" })).toBe(served);
  expect(await ask(port, { ecdhCurve: "X25519:P-256" })).toBe("EPROTO");
});

/** Who gets in: without a certificate, with one of our authority, and with one of another. */
async function admitted(keys: string): Promise<readonly string[]> {
  const { port } = await serve(await configOf(keys));
  const who: Readonly<Record<string, Certificate | undefined>> = {
    nobody: undefined,
    ours: folder.client,
    stranger: stranger.client,
  };
  const inside: string[] = [];
  for (const [name, certificate] of Object.entries(who)) {
    const shown = certificate === undefined ? {} : { cert: certificate.cert, key: certificate.key };
    if ((await ask(port, shown)) === served) inside.push(name);
  }
  return inside;
}

describe("client_auth_type", () => {
  const authority = "client_ca_file: ca.crt";

  test.for([
    ["client_auth_type: NoClientCert", ["nobody", "ours", "stranger"]],
    [`client_auth_type: RequestClientCert, ${authority}`, ["nobody", "ours", "stranger"]],
    [`client_auth_type: RequireAnyClientCert, ${authority}`, ["ours", "stranger"]],
    [`client_auth_type: RequireClientCert, ${authority}`, ["ours", "stranger"]],
    [`client_auth_type: VerifyClientCertIfGiven, ${authority}`, ["nobody", "ours"]],
    [`client_auth_type: RequireAndVerifyClientCert, ${authority}`, ["ours"]],
    // Nobody is signed by no authority. That of the system signed none of them.
    ["client_auth_type: RequireAndVerifyClientCert, client_ca_file: server.key", []],
    ["client_auth_type: RequireAndVerifyClientCert", []],
  ] as const)("%s admits %j", async ([keys, names]) => {
    expect(await admitted(keys)).toEqual(names);
  });

  const verified = `client_auth_type: RequireAndVerifyClientCert, ${authority}`;

  test.for([
    ["[prometheus]", ["ours"]],
    ["[other, prometheus]", ["ours"]],
    ['["spiffe://example/prometheus"]', ["ours"]],
    ['["a@example.com"]', ["ours"]],
    ["[127.0.0.9]", ["ours"]],
    ['["::9"]', ["ours"]],
    ["[PROMETHEUS]", []],
    ['["*"]', []],
    ["[127.0.0.1]", []],
    ["[]", []],
    ['["prometheus, URI:spiffe://example/prometheus"]', []],
  ] as const)("client_allowed_sans: %s admits %j", async ([names, who]) => {
    expect(await admitted(`${verified}, client_allowed_sans: ${names}`)).toEqual(who);
  });

  test("client_allowed_sans are not looked for in the common name", async () => {
    const { cert, key } = await folder.authority.sign("DNS:other", { commonName: "prometheus" });
    const { port } = await serve(await configOf(`${verified}, client_allowed_sans: [prometheus]`));
    expect(await ask(port, { cert, key })).not.toBe(served);
  });
});

describe("another configuration", () => {
  test("holds for new connections at once, and a kept one ends with its next answer", async () => {
    const { port, change } = await serve(await configOf(""));
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const seen: { readonly name: string; readonly connection: unknown }[] = [];
    const look = async (): Promise<void> => {
      const options = { host: "127.0.0.1", port, path: "/metrics", ca: folder.caCertificate, agent };
      const [response] = await once(get(options), "response");
      const { subjectaltname = "" } = response.socket.getPeerCertificate();
      seen.push({ name: subjectaltname.split(",")[0] ?? "", connection: response.headers.connection });
      expect(await text(response)).toBe(served);
    };
    await look();
    await look();
    change(await configOf("", "cert_file: other.crt, key_file: other.key"));
    await look();
    await look();
    await look();
    agent.destroy();
    expect(seen).toEqual([
      { name: "DNS:localhost", connection: "keep-alive" },
      { name: "DNS:localhost", connection: "keep-alive" },
      { name: "DNS:localhost", connection: "close" },
      { name: "DNS:other", connection: "keep-alive" },
      { name: "DNS:other", connection: "keep-alive" },
    ]);
  });

  test("that wants certificates does not take a session that began without", async () => {
    const { port, change } = await serve(await configOf("max_version: TLS12"));
    const first = connect({ host: "127.0.0.1", port, ca: folder.caCertificate });
    await once(first, "secureConnect");
    const session = first.getSession();
    first.destroy();
    change(
      await configOf(
        "max_version: TLS12, client_auth_type: RequireAndVerifyClientCert, client_ca_file: ca.crt",
      ),
    );
    const again = connect({ host: "127.0.0.1", port, ca: folder.caCertificate, ...(session && { session }) });
    again.on("error", () => undefined); // being hung up on is right
    again.once("secureConnect", () => again.write("GET /metrics HTTP/1.0\r\n\r\n"));
    again.resume();
    await new Promise((resolve) => again.once("close", resolve));
    expect(again.bytesRead).toBe(0);
  });

  test("may turn encryption on", async () => {
    const web = changeableWebConfig({});
    const server = await serveSome({}, { web });
    servers.push(server);
    expect(await exchange(server.port, "GET /metrics HTTP/1.0\r\n\r\n")).toContain(served);
    web.change(await configOf(""));
    expect(await ask(server.port)).toBe(served);
  });
});
