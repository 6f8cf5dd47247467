import { afterAll, beforeAll, expect, test } from "vitest";

import { anonymousClient } from "../../../src/web/client/http-client.ts";
import { loadHttpClient } from "../../../src/web/client/load-http-client.ts";
import { createWebFolder, type WebFolder } from "../../support/web-files.ts";

let folder: WebFolder;

beforeAll(async () => {
  folder = await createWebFolder();
});

afterAll(() => folder.remove());

/** What a file with this text comes to, without the folder in the problems. */
async function loaded(text: string): Promise<unknown> {
  const result = await loadHttpClient(await folder.write("client.yml", text));
  if ("client" in result) return result.client;
  return result.problems.map((problem) => problem.replaceAll(`${folder.path}/`, ""));
}

test("an empty file asks as nobody", async () => {
  expect(await loaded("")).toEqual(anonymousClient);
});

test("a user, a password of a file beside it without its line end, and everything of TLS", async () => {
  await folder.write("password", "secret\n");
  const text = `
basic_auth: { username: alice, password_file: password }
tls_config:
  { ca_file: ca.crt, cert_file: client.crt, key_file: client.key, server_name: db, insecure_skip_verify: yes }
`;
  expect(await loaded(text)).toEqual({
    credentials: { username: "alice", password: "secret" },
    authorities: folder.caCertificate,
    certificate: { cert: folder.client.cert, key: folder.client.key },
    serverName: "db",
    isVerifying: false,
  });
});

test("a password that stands in the file itself, as it is", async () => {
  const text = 'basic_auth: { username: alice, password: " secret" }\n';
  expect(await loaded(text)).toMatchObject({ credentials: { username: "alice", password: " secret" } });
});

test.for([
  ["basic_auth: { password: hunter2 }", "client.yml:1:13: basic_auth.username: expected a text, got nothing"],
  ["basic_auth: hunter2", "client.yml:1:13: basic_auth: expected a mapping of keys to values, got a text"],
  [
    "basic_auth: { username: a, password: [hunter2] }",
    "client.yml:1:38: basic_auth.password: expected a text, got a list",
  ],
  [
    "basic_auth: { username: a, password: hunter2, password_file: ca.crt }",
    "client.yml:1:62: basic_auth.password_file: expected password or password_file, got both",
  ],
  [
    "basic_auth: { username: a, password_file: gone }",
    "client.yml:1:43: basic_auth.password_file: expected a file that can be read, got none: there is no such file",
  ],
  [
    "basic_auth: { username: a, password_file: }",
    'client.yml:1:28: basic_auth.password_file: expected a path, got ""',
  ],
  [
    "tls_config: { ca_file: ca.key }",
    "client.yml:1:24: tls_config.ca_file: expected certificates in PEM, got none",
  ],
  [
    "tls_config: { cert_file: client.crt }",
    "client.yml:1:26: tls_config.cert_file: expected cert_file and key_file, got one of them",
  ],
  [
    "tls_config: { key_file: client.key }",
    "client.yml:1:25: tls_config.key_file: expected cert_file and key_file, got one of them",
  ],
  [
    "tls_config: { cert_file: client.key, key_file: client.key }",
    "client.yml:1:26: tls_config.cert_file: expected a certificate in PEM, got none",
  ],
  [
    "tls_config: { cert_file: client.crt, key_file: encrypted.key }",
    "client.yml:1:48: tls_config.key_file: expected an unencrypted private key in PEM, got encrypted",
  ],
  [
    "tls_config: { cert_file: client.crt, key_file: other.key }",
    "client.yml:1:48: tls_config.key_file: expected the private key of the first certificate, got another key",
  ],
  [
    "tls_conf: {}",
    "client.yml:1:1: tls_conf: expected one of basic_auth, tls_config, got an unknown key (did you mean tls_config?)",
  ],
  ["[", "client.yml:2:1: expected YAML, got a missing quote, colon, comma or space"],
] as const)("%s is refused", async ([text, problem]) => {
  const problems = await loaded(`${text}\n`);
  expect(problems).toEqual([problem]);
  expect(JSON.stringify(problems)).not.toContain("hunter2");
});

test("so is a file that is not there", async () => {
  expect(await loadHttpClient("/nowhere/client.yml")).toEqual({
    problems: ["/nowhere/client.yml: expected a file that can be read, got none: there is no such file"],
  });
});
