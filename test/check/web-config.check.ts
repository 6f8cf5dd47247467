import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { loadWebConfig } from "../../src/web/config/load-web-config.ts";
import { runTool } from "../support/run-tool.ts";
import { createWebFolder, hashOfSecret, type WebFolder } from "../support/web-files.ts";

let folder: WebFolder;

beforeAll(async () => {
  folder = await createWebFolder();
  await folder.write("junk.txt", "no certificate at all\n");
  await folder.write("empty.txt", "");
});

afterAll(() => folder.remove());

const pair = "cert_file: server.crt, key_file: server.key";

/** A file with a TLS section of these keys beside a certificate and its key. */
function tls(keys: string): string {
  return `tls_server_config: { ${pair}, ${keys} }\n`;
}

function headers(text: string): string {
  return `http_server_config: { headers: { ${text} } }\n`;
}

function users(text: string): string {
  return `basic_auth_users: { ${text} }\n`;
}

/** Files made of the keys that Prometheus 2.42 knows. Whether they are good is for promtool to say. */
const files: readonly (readonly [what: string, text: string])[] = [
  ["nothing", ""],
  ["a comment", "# nothing\n"],
  ["an empty mapping", "{}\n"],
  ["a text", "junk\n"],
  ["a list", "[]\n"],
  ["an unknown section", "tls_config: {}\n"],
  ["an unknown key", "tls_server_config: { cert_filee: server.crt }\n"],
  ["empty sections", "tls_server_config:\nhttp_server_config:\nbasic_auth_users:\n"],
  ["a section twice", "basic_auth_users:\nbasic_auth_users:\n"],
  ["a section that is a text", "tls_server_config: yes please\n"],
  ["a section that is a list", "tls_server_config: []\n"],
  ["broken YAML", "tls_server_config: {\n"],
  ["a certificate and its key", tls("")],
  ["a certificate without a key", "tls_server_config: { cert_file: server.crt }\n"],
  ["a key without a certificate", "tls_server_config: { key_file: server.key }\n"],
  ["an empty path beside a key", 'tls_server_config: { cert_file: "", key_file: server.key }\n'],
  ["empty paths", 'tls_server_config: { cert_file: "", key_file: "" }\n'],
  ["a certificate that is not there", "tls_server_config: { cert_file: none.crt, key_file: server.key }\n"],
  ["a key that is not there", "tls_server_config: { cert_file: server.crt, key_file: none.key }\n"],
  ["the key of another", "tls_server_config: { cert_file: server.crt, key_file: other.key }\n"],
  ["an encrypted key", "tls_server_config: { cert_file: server.crt, key_file: encrypted.key }\n"],
  ["a certificate that is none", "tls_server_config: { cert_file: junk.txt, key_file: server.key }\n"],
  ["a key that is none", "tls_server_config: { cert_file: server.crt, key_file: server.crt }\n"],
  ["a folder as certificate", "tls_server_config: { cert_file: ., key_file: server.key }\n"],
  ["a path that is a number", "tls_server_config: { cert_file: 1, key_file: server.key }\n"],
  ["a path that is a list", "tls_server_config: { cert_file: [server.crt], key_file: server.key }\n"],
  ["only how TLS is to be", "tls_server_config: { min_version: TLS13 }\n"],
  ...["NoClientCert", "RequestClientCert", "RequireAnyClientCert", "VerifyClientCertIfGiven"].map(
    (type) => [type, tls(`client_auth_type: ${type}`)] as const,
  ),
  ["RequireClientCert", tls("client_auth_type: RequireClientCert")],
  ["RequireAndVerifyClientCert", tls("client_auth_type: RequireAndVerifyClientCert, client_ca_file: ca.crt")],
  ["verification without an authority", tls("client_auth_type: RequireAndVerifyClientCert")],
  ["an authority without a type", tls("client_ca_file: ca.crt")],
  ["an authority and NoClientCert", tls("client_ca_file: ca.crt, client_auth_type: NoClientCert")],
  ["an authority that is not there", tls("client_ca_file: no.crt, client_auth_type: RequireAnyClientCert")],
  ["an authority that is none", tls("client_ca_file: junk.txt, client_auth_type: RequireAnyClientCert")],
  ["an authority that is empty", tls("client_ca_file: empty.txt, client_auth_type: RequireAnyClientCert")],
  ["an unknown type", tls("client_auth_type: RequireEverything")],
  ["a type in small letters", tls("client_auth_type: noclientcert")],
  ["a type without a certificate", "tls_server_config: { client_auth_type: NoClientCert }\n"],
  ["an empty type", tls('client_auth_type: ""')],
  ...["TLS10", "TLS11", "TLS12", "TLS13", "TLS14", "1.2", "tls12", '""', "null"].map(
    (version) => [`the version ${version}`, tls(`min_version: ${version}, max_version: TLS13`)] as const,
  ),
  ["versions the wrong way round", tls("min_version: TLS13, max_version: TLS12")],
  ...[
    "TLS_RSA_WITH_AES_128_CBC_SHA",
    "TLS_RSA_WITH_RC4_128_SHA",
    "TLS_AES_128_GCM_SHA256",
    "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256",
    "ECDHE-RSA-AES128-GCM-SHA256",
    "tls_aes_128_gcm_sha256",
  ].map((suite) => [suite, tls(`cipher_suites: [${suite}]`)] as const),
  ["no cipher suites", tls("cipher_suites: []")],
  ["a cipher suite that is no list", tls("cipher_suites: TLS_AES_128_GCM_SHA256")],
  ["all curves", tls("curve_preferences: [CurveP256, CurveP384, CurveP521, X25519]")],
  ["an unknown curve", tls("curve_preferences: [CurveP257]")],
  ["a curve by another name", tls("curve_preferences: [P-256]")],
  ...["true", "false", "yes", "no", "on", "off", "True", "maybe", "1", '"true"'].map(
    (word) => [`prefer_server_cipher_suites: ${word}`, tls(`prefer_server_cipher_suites: ${word}`)] as const,
  ),
  ["HTTP/2", "http_server_config: { http2: true }\n"],
  ["no HTTP/2, in the words of YAML 1.1", "http_server_config: { http2: no }\n"],
  ["HTTP/2 as a number", "http_server_config: { http2: 2 }\n"],
  [
    "all headers",
    headers(
      "Strict-Transport-Security: max-age=1, X-Content-Type-Options: nosniff, X-Frame-Options: deny, X-XSS-Protection: 1, Content-Security-Policy: default-src 'self'",
    ),
  ],
  ["another value of X-Content-Type-Options", headers("X-Content-Type-Options: sniff")],
  ["X-Frame-Options: sameorigin", headers("X-Frame-Options: sameorigin")],
  ["X-Frame-Options: DENY", headers("X-Frame-Options: DENY")],
  ["an empty X-Frame-Options", headers('X-Frame-Options: ""')],
  ["an empty Content-Security-Policy", headers('Content-Security-Policy: ""')],
  [
    "a header over two lines",
    "http_server_config:\n  headers:\n    X-XSS-Protection: >\n      1;\n      mode=block\n",
  ],
  ["another header", headers("Server: pgleash")],
  ["a header in small letters", headers("x-frame-options: deny")],
  ["a header that is a list", headers("X-XSS-Protection: [1]")],
  ["a user", users(`alice: "${hashOfSecret}"`)],
  ["a user with a number for a name", users(`1: "${hashOfSecret}"`)],
  [
    "a user without TLS keys but a version",
    `${users(`a: "${hashOfSecret}"`)}tls_server_config: { max_version: TLS12 }\n`,
  ],
  ["a user twice", users(`a: "${hashOfSecret}", a: "${hashOfSecret}"`)],
  ["a user with a plain password", users("alice: secret")],
  ["a user without a password", users("alice:")],
  ["a user with a number", users("alice: 1234")],
  ["a user with a list", users("alice: [1]")],
  ["users as a list", "basic_auth_users: [alice]\n"],
  ...[
    ["2a", "$2a$10$", 53],
    ["2y", "$2y$10$", 53],
    ["2x", "$2x$10$", 53],
    ["2", "$2$10$", 53],
    ["1", "$1a$10$", 53],
    ["3", "$3a$10$", 53],
    ["no dollar", "2a$10$", 54],
    ["cost 3", "$2b$03$", 53],
    ["cost 4", "$2b$04$", 53],
    ["cost 31", "$2b$31$", 53],
    ["cost 32", "$2b$32$", 53],
    ["cost +5", "$2b$+5$", 53],
    ["cost x", "$2b$1x$", 53],
    ["one letter less", "$2b$10$", 52],
    ["two letters less", "$2b$10$", 51],
    ["too long", "$2b$10$", 99],
  ].map(([what, start, length]) => {
    return [`a hash of ${what}`, users(`a: "${start}${"a".repeat(Number(length))}"`)] as const;
  }),
];

/** Files made of keys that came after 2.42, and what exporter-toolkit 0.20 says of them. */
const newer: readonly (readonly [what: string, isGood: boolean, text: string])[] = [
  ["a certificate and a key as texts", true, "tls_server_config: { cert: $CERT, key: $KEY }\n"],
  ["a text and a file", true, "tls_server_config: { cert: $CERT, key_file: server.key }\n"],
  ["a text that is no key", false, "tls_server_config: { cert: $CERT, key: $CERT }\n"],
  [
    "a file that wins over a text",
    true,
    "tls_server_config: { cert: junk, cert_file: server.crt, key: $KEY }\n",
  ],
  ["an authority as text", true, tls("client_ca: $CA, client_auth_type: RequireAndVerifyClientCert")],
  ["an authority as text without a type", false, tls("client_ca: $CA")],
  [
    "names of clients",
    true,
    tls("client_allowed_sans: [a, b], client_ca: $CA, client_auth_type: RequireAndVerifyClientCert"),
  ],
  [
    "names of clients of any authority",
    true,
    tls("client_allowed_sans: [a], client_auth_type: RequireAnyClientCert"),
  ],
  ["names that are no list", false, tls("client_allowed_sans: a, client_auth_type: RequireAnyClientCert")],
  ["a rate limit", true, "rate_limit: { interval: 1s, burst: 20 }\n"],
  ["a rate limit in parts of seconds", true, "rate_limit: { interval: 1m2.5s, burst: 1 }\n"],
  ["an empty rate limit", true, "rate_limit: {}\n"],
  ["a rate limit that is off", true, "rate_limit: { interval: 0, burst: 0 }\n"],
  ["a rate limit without a unit", false, 'rate_limit: { interval: "5", burst: 1 }\n'],
  ["a burst that is no number", false, "rate_limit: { interval: 1s, burst: many }\n"],
  ["an unknown key of the rate limit", false, "rate_limit: { every: 1s }\n"],
];

/** What we refuse although exporter-toolkit 0.20 takes it: nobody would be let in, or everybody. */
const refusedHere: readonly (readonly [what: string, text: string])[] = [
  ["a rate limit that lets nothing through", "rate_limit: { interval: 1s, burst: 0 }\n"],
  ["names of clients that need no certificate", tls("client_allowed_sans: [a]")],
  [
    "names of clients that may come without",
    tls("client_allowed_sans: [a], client_auth_type: VerifyClientCertIfGiven"),
  ],
  ["a rate limit of the past", "rate_limit: { interval: -1s, burst: 1 }\n"],
];

async function ours(path: string): Promise<boolean> {
  return "config" in (await loadWebConfig(path));
}

describe("promtool check web-config and we say the same of", () => {
  test.for(files)("%s", async ([what, text]) => {
    const path = await folder.write(`${files.findIndex(([other]) => other === what)}.yml`, text);
    const { code, output } = await runTool("promtool", ["check", "web-config", path]);
    expect(output).toMatch(code === 0 ? /SUCCESS/ : /FAILED/);
    expect({ text, isGood: await ours(path) }).toEqual({ text, isGood: code === 0 });
  });

  test("files of both kinds, all of them different", () => {
    expect(files.length).toBeGreaterThanOrEqual(25);
    expect(new Set(files.map(([, text]) => text)).size).toBe(files.length);
  });
});

/** YAML's double quotes are those of JSON. */
async function withTexts(text: string): Promise<string> {
  const names = { $CERT: "server.crt", $KEY: "server.key", $CA: "ca.crt" };
  let filled = text;
  for (const [word, name] of Object.entries(names))
    filled = filled.replaceAll(word, JSON.stringify(await readFile(join(folder.path, name), "utf8")));
  return filled;
}

describe("newer keys, which promtool 2.42 does not know", () => {
  test.for(newer)("%s", async ([what, isGood, text]) => {
    const name = `newer-${newer.findIndex(([other]) => other === what)}.yml`;
    const path = await folder.write(name, await withTexts(text));
    expect(await ours(path)).toBe(isGood);
    const { output } = await runTool("promtool", ["check", "web-config", path]);
    expect(output).toMatch(/field \w+ not found in type/);
  });

  test.for(refusedHere)("%s is refused here", async ([, text]) => {
    expect(await ours(await folder.write("refused.yml", text))).toBe(false);
  });
});
