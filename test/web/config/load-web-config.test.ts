import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { loadWebConfig, type LoadedWebConfig } from "../../../src/web/config/load-web-config.ts";
import { openWebConfig, type WebConfig } from "../../../src/web/config/web-config.ts";
import { createWebFolder, hashOfSecret, type WebFolder } from "../../support/web-files.ts";

let folder: WebFolder;

beforeAll(async () => {
  folder = await createWebFolder();
});

afterAll(() => folder.remove());

async function load(text: string): Promise<LoadedWebConfig> {
  return loadWebConfig(await folder.write("web.yml", text));
}

async function configOf(text: string): Promise<WebConfig> {
  const loaded = await load(text);
  if ("config" in loaded) return loaded.config;
  throw new Error(loaded.problems.join("; "));
}

/** What its author is told, without the folder. */
async function problemsOf(text: string): Promise<readonly string[]> {
  const loaded = await load(text);
  return "problems" in loaded ? loaded.problems.map((line) => line.replaceAll(`${folder.path}/`, "")) : [];
}

test("an empty file leaves everything open, as exporter-toolkit does", async () => {
  expect(await configOf("")).toEqual(openWebConfig);
  expect(await configOf("http_server_config: { http2: no }")).toEqual(openWebConfig);
  expect(await configOf("http_server_config: { http2: on }")).toEqual({
    ...openWebConfig,
    isHttp2Wanted: true,
  });
});

test("a full file comes to all that it says", async () => {
  const config = await configOf(`tls_server_config:
  cert_file: server.crt
  key_file: server.key
  client_auth_type: RequireAndVerifyClientCert
  client_ca_file: ${folder.path}/ca.crt
  client_allowed_sans: [prometheus]
  min_version: TLS13
http_server_config:
  headers:
    X-Frame-Options: deny
    Content-Security-Policy: >
      default-src 'self';
      img-src 'none'
    X-XSS-Protection:
basic_auth_users:
  alice: "${hashOfSecret}"
  7: "${hashOfSecret}"
rate_limit: { interval: 500ms, burst: 9 }
`);
  expect(config).toMatchObject({
    tls: {
      clientAuthType: "RequireAndVerifyClientCert",
      clientAllowedSans: ["prometheus"],
      context: { minVersion: "TLSv1.3", maxVersion: "TLSv1.3", ca: [folder.caCertificate] },
    },
    rateLimit: { intervalSeconds: 0.5, burst: 9 },
  });
  expect([...config.users]).toEqual([
    ["7", hashOfSecret],
    ["alice", hashOfSecret],
  ]);
  expect(config.headers).toEqual({
    "X-Frame-Options": "deny",
    "Content-Security-Policy": "default-src 'self'; img-src 'none'",
    "X-XSS-Protection": "",
  });
});

describe("a user may have any name, also one that JavaScript uses itself:", () => {
  test.for(["__proto__", "constructor", "toString", "hasOwnProperty"])("%s", async (name) => {
    const { users } = await configOf(`basic_auth_users: { ${name}: "${hashOfSecret}" }`);
    expect([...users]).toEqual([[name, hashOfSecret]]);
    expect((await problemsOf(`basic_auth_users: { ${name}: hunter2 }`))[0]).toMatch(
      `basic_auth_users.${name}: expected a bcrypt hash, got a text that is none`,
    );
  });
});

const names =
  "cert, cert_file, key, key_file, client_ca, client_ca_file, client_auth_type, client_allowed_sans, min_version, max_version, cipher_suites, curve_preferences, prefer_server_cipher_suites";

describe("a mistake is told with its place, what was expected, and what came", () => {
  test.for([
    [
      "tls_server_config:\n  cert_fle: a\n",
      `web.yml:2:3: tls_server_config.cert_fle: expected one of ${names}, got an unknown key (did you mean cert_file?)`,
    ],
    [
      "tls_server_confg: {}\n",
      "web.yml:1:1: tls_server_confg: expected one of tls_server_config, http_server_config, basic_auth_users, rate_limit, got an unknown key (did you mean tls_server_config?)",
    ],
    ["junk\n", "web.yml:1:1: expected a mapping of keys to values, got a text"],
    [
      "a: [\n",
      "web.yml:2:1: expected YAML, got a line that is indented wrongly, or a bracket that is not closed",
    ],
    [
      "basic_auth_users:\n  alice: hunter2\n",
      "web.yml:2:10: basic_auth_users.alice: expected a bcrypt hash, got a text that is none (htpasswd -nBC 10 prints one; put it in quotes)",
    ],
    [
      "http_server_config: { headers: { Server: a } }\n",
      "web.yml:1:34: http_server_config.headers.Server: expected one of Strict-Transport-Security, X-Content-Type-Options, X-Frame-Options, X-XSS-Protection, Content-Security-Policy, got an unknown key",
    ],
    [
      "http_server_config: { headers: { X-Frame-Options: DENY } }\n",
      'web.yml:1:51: http_server_config.headers.X-Frame-Options: expected deny or sameorigin, got "DENY" (did you mean deny?)',
    ],
    [
      'http_server_config: { headers: { X-XSS-Protection: "a\\0b" } }\n',
      "web.yml:1:52: http_server_config.headers.X-XSS-Protection: expected a text without control characters, got one with them",
    ],
    [
      "http_server_config: { http2: maybe }\n",
      'web.yml:1:30: http_server_config.http2: expected true or false, got "maybe"',
    ],
    [
      "tls_server_config: { cert_file: server.crt, key_file: server.key, min_version: TLS1 }\n",
      'web.yml:1:80: tls_server_config.min_version: expected one of TLS10, TLS11, TLS12, TLS13, got "TLS1" (did you mean TLS10?)',
    ],
    [
      "tls_server_config: { cert_file: server.crt, key_file: server.key, cipher_suites: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA] }\n",
      'web.yml:1:83: tls_server_config.cipher_suites[0]: expected a cipher suite that Go lists as secure, such as TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, got "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA" (did you mean TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256?)',
    ],
    [
      "tls_server_config:\n  key_file: server.key\n",
      "web.yml:1:1: tls_server_config: expected a certificate: cert_file, or cert with the PEM text itself, got nothing",
    ],
    [
      "tls_server_config:\n  cert_file: none.crt\n  key_file: server.key\n",
      "web.yml:2:14: tls_server_config.cert_file: expected a file that can be read, got none: there is no such file",
    ],
    [
      "tls_server_config:\n  cert_file: server.crt\n  key_file: other.key\n",
      "web.yml:3:13: tls_server_config.key_file: expected the private key of the first certificate, got another key",
    ],
    [
      "tls_server_config:\n  cert_file: server.crt\n  key_file: encrypted.key\n",
      "web.yml:3:13: tls_server_config.key_file: expected an unencrypted private key in PEM, got one that is encrypted",
    ],
    [
      "tls_server_config:\n  cert_file: server.key\n  key_file: server.crt\n",
      "web.yml:2:14: tls_server_config.cert_file: expected a certificate in PEM, got none",
    ],
    [
      "tls_server_config:\n  cert_file: server.crt\n  key_file: server.key\n  client_ca_file: ca.crt\n",
      "web.yml:4:19: tls_server_config.client_ca_file: expected client_auth_type beside it, got NoClientCert (RequireAndVerifyClientCert admits only clients with a certificate of this authority)",
    ],
    [
      "rate_limit: { interval: 1s }\n",
      "web.yml:1:13: rate_limit.burst: expected at least 1, got 0 (no request would ever be let through)",
    ],
    [
      "rate_limit: { interval: 10, burst: 1 }\n",
      'web.yml:1:25: rate_limit.interval: expected a duration such as 1s, 500ms or 1m30s, got "10"',
    ],
  ] as const)("%j", async ([text, told]) => {
    expect((await problemsOf(text))[0]).toBe(told);
  });

  test("all at once, in the order of the file", async () => {
    const text =
      "rate_limit: { burst: x }\ntls_server_config:\n  key_file: 1\n  max_version: TLS9\nbasic_auth_users: { a: b }\n";
    expect((await problemsOf(text)).map((line) => line.replace(/: expected.*/, ""))).toEqual([
      "web.yml:1:22: rate_limit.burst",
      "web.yml:4:16: tls_server_config.max_version",
      "web.yml:5:24: basic_auth_users.a",
    ]);
  });

  test("a file that is not there, or too large", async () => {
    const loaded = await loadWebConfig(`${folder.path}/none.yml`);
    expect(loaded).toMatchObject({
      problems: [
        `${folder.path}/none.yml: expected a file that can be read, got none: there is no such file`,
      ],
    });
    expect(await problemsOf(`# ${"x".repeat(1_100_000)}`)).toEqual([
      "web.yml: expected a file that can be read, got none: it has more than 1048576 bytes",
    ]);
  });
});

test("no message repeats what may be a secret", async () => {
  const secret = "hunter2hunter2";
  const texts = [
    `basic_auth_users: { alice: ${secret} }`,
    `basic_auth_users: ${secret}`,
    `basic_auth_users: [${secret}]`,
    `basic_auth_users:\n  - ${secret}`,
    `tls_server_config: { cert_file: server.crt, key: ${secret} }`,
    `tls_server_config: { cert_file: server.crt, key: { ${secret}: 1 } }`,
    `tls_server_config: ${secret}`,
    secret,
    `key: |\n  ${secret}\n ${secret}: - [`,
  ];
  for (const text of texts) {
    const told = (await problemsOf(text)).join("\n");
    expect(told).not.toBe("");
    expect(told).not.toContain(secret);
  }
});

test("a relative path is one beside the file, wherever the process runs", async () => {
  const { tls } = await configOf(
    "tls_server_config: { cert_file: ./server.crt, key_file: ../nowhere/../server.key }",
  ).catch(() => openWebConfig);
  expect(tls).toBeNull();
  expect(
    (await configOf("tls_server_config: { cert_file: ./server.crt, key_file: server.key }")).tls,
  ).not.toBeNull();
});

test.for([
  "tls_server_config: { cert_file: server.crt, key_file: server.key, client_ca_file: ca.crt, client_auth_type: RequireAnyClientCert }",
  "tls_server_config: { cert_file: server.crt, key_file: none.key }",
])("knows every file that it read, also those that are not there: %s", async (text) => {
  const { digests } = await load(text);
  const named = [...text.matchAll(/\w+\.(?:crt|key)/g)].map(([name]) => `${folder.path}/${name}`);
  expect([...digests.keys()].toSorted()).toEqual([`${folder.path}/web.yml`, ...named].toSorted());
});
