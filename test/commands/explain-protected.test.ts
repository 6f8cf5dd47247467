import { once } from "node:events";
import { createServer } from "node:http";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";

import { loadWebConfig } from "../../src/web/config/load-web-config.ts";
import { runWords } from "../support/a-runtime.ts";
import { changeableWebConfig, serveSome, type SomeServer } from "../support/a-web-server.ts";
import { createWebFolder, hashOfSecret, type WebFolder } from "../support/web-files.ts";

let folder: WebFolder;
const servers: SomeServer[] = [];

beforeAll(async () => {
  folder = await createWebFolder();
  await folder.write("password", "secret\n");
});

afterAll(() => folder.remove());

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

const certificates = "cert_file: server.crt, key_file: server.key";
const tls = `tls_server_config: { ${certificates} }\n`;
const clientTls = `tls_server_config: { ${certificates}, client_ca_file: ca.crt, client_auth_type: RequireAndVerifyClientCert }\n`;
const users = `basic_auth_users: { alice: "${hashOfSecret}" }\n`;

function explain(): { readonly json: object } {
  return { json: { text: ["pid 7 on db1"] } };
}

/** The port of a pgleash that is protected so. */
async function serving(text: string): Promise<number> {
  const loaded = await loadWebConfig(await folder.write("web.yml", text));
  if ("problems" in loaded) throw new Error(loaded.problems.join("; "));
  const server = await serveSome({ explain }, { web: changeableWebConfig(loaded.config) });
  servers.push(server);
  return server.port;
}

type Asked = Awaited<ReturnType<typeof runWords>>;

async function explainAt(url: string, client: string): Promise<Asked> {
  const file = await folder.write("client.yml", client);
  return runWords(["explain", "7", `--url=${url}`, `--http.config.file=${file}`]);
}

const answered = { code: 0, stdout: "pid 7 on db1\n", stderr: "" };
const alice = "basic_auth: { username: alice, password_file: password }\n";
const trusting = "tls_config: { ca_file: ca.crt }\n";
const shown = "tls_config: { ca_file: ca.crt, cert_file: client.crt, key_file: client.key }\n";

describe("explain", () => {
  test.for([
    ["a password", users, "http", alice],
    ["TLS of an authority of its own", tls, "https", trusting],
    ["TLS that is not checked", tls, "https", "tls_config: { insecure_skip_verify: true }\n"],
    ["a client certificate and a password", clientTls + users, "https", shown + alice],
  ] as const)("passes %s", async ([, web, scheme, client]) => {
    expect(await explainAt(`${scheme}://127.0.0.1:${await serving(web)}`, client)).toEqual(answered);
  });

  test.for([
    [
      "no password",
      users,
      "http",
      "",
      "answers 401: expected a user and a password (--http.config.file names a user and a password)",
    ],
    ["a wrong password", users, "http", "basic_auth: { username: alice, password: hunter2 }\n", "401: "],
    [
      "an authority that nobody knows",
      tls,
      "https",
      "",
      "name its authority as ca_file in --http.config.file",
    ],
    ["no TLS", tls, "http", "", "it speaks TLS: write https://"],
    ["no TLS, and no client certificate", clientTls, "http", "", "it speaks TLS: write https://"],
    ["another name", tls, "https", "tls_config: { ca_file: ca.crt, server_name: db9 }\n", "db9"],
    [
      "no client certificate",
      clientTls,
      "https",
      trusting,
      "it may demand a client certificate: name one in --http.config.file",
    ],
  ] as const)("says that it fails with %s, and no password", async ([, web, scheme, client, says]) => {
    const { code, stdout, stderr } = await explainAt(`${scheme}://127.0.0.1:${await serving(web)}`, client);
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toContain(says);
    expect(stderr).not.toMatch(/secret|hunter2/);
  });

  test("says what is wrong with the file", async () => {
    const { code, stderr } = await explainAt("http://127.0.0.1:9", "basic_auth: { username: [] }\n");
    expect(code).toBe(1);
    expect(stderr).toMatch(/client\.yml:1:\d+: basic_auth\.username: expected a text, got an empty list\n$/);
  });

  test("never follows a redirection with a password", async () => {
    const followed: unknown[] = [];
    const other = createServer((request, response) => {
      followed.push(request.headers.authorization);
      response.writeHead(302, { location: `http://${request.headers.host}/other` }).end();
    }).listen(0, "127.0.0.1");
    await once(other, "listening");
    const address = other.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const { code, stderr } = await explainAt(`http://127.0.0.1:${port}`, alice);
    other.close();
    expect([code, followed.length]).toEqual([1, 1]);
    expect(stderr).toContain("302");
  });
});

describe("healthcheck", () => {
  test("passes a pgleash that demands a client certificate, with one", async () => {
    const address = `--web.listen-address=127.0.0.1:${await serving(clientTls)}`;
    expect(await runWords(["healthcheck", address])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("it may demand a client certificate: name one in --http.config.file"),
    });
    const file = await folder.write("client.yml", shown);
    const ran = await runWords(["healthcheck", address, `--http.config.file=${file}`]);
    expect(ran).toEqual({ code: 0, stdout: "", stderr: "" });
  });

  test("says what is wrong with the file", async () => {
    const ran = await runWords(["healthcheck", "--http.config.file=/nowhere/client.yml"]);
    expect(ran).toMatchObject({ code: 1, stderr: expect.stringContaining("there is no such file") });
  });
});

test.for(["explain 7", "healthcheck"])("%s wants a path behind --http.config.file", async (words) => {
  const { code, stderr } = await runWords([...words.split(" "), "--http.config.file="]);
  expect(code).toBe(2);
  expect(stderr).toContain("--http.config.file: expected a path, got nothing");
});
