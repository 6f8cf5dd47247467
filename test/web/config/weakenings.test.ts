import { describe, expect, test } from "vitest";

import { openWebConfig, type TlsConfig, type WebConfig } from "../../../src/web/config/web-config.ts";
import { weakenings } from "../../../src/web/config/weakenings.ts";

const tls: TlsConfig = {
  context: {
    cert: "c",
    key: "k",
    ca: ["a", "b"],
    minVersion: "TLSv1.2",
    maxVersion: "TLSv1.3",
    ciphers: "x",
  },
  clientAuthType: "RequireAndVerifyClientCert",
  clientAllowedSans: ["prometheus", "probe"],
};

const strong: WebConfig = {
  tls,
  users: new Map([
    ["alice", "1"],
    ["bob", "2"],
  ]),
  headers: { "X-Frame-Options": "deny" },
  rateLimit: { intervalSeconds: 1, burst: 10 },
  isHttp2Wanted: true,
};

function withTls(changed: Partial<TlsConfig>): WebConfig {
  return { ...strong, tls: { ...tls, ...changed } };
}

function withContext(changed: TlsConfig["context"]): WebConfig {
  return withTls({ context: { ...tls.context, ...changed } });
}

const { ca: _, ...withoutAuthority } = tls.context;

describe("a lock is gone", () => {
  test.for([
    ["TLS", { ...strong, tls: null }],
    ["users", { ...strong, users: new Map() }],
    ["certificates of all clients", withTls({ clientAuthType: "VerifyClientCertIfGiven" })],
    ["certificates of all clients", withTls({ clientAuthType: "RequestClientCert" })],
    ["certificates of all clients", withTls({ clientAuthType: "NoClientCert" })],
    ["verified certificates of all clients", withTls({ clientAuthType: "RequireAnyClientCert" })],
    ["client_ca", withTls({ context: withoutAuthority })],
    ["client_allowed_sans", withTls({ clientAllowedSans: null })],
  ] as const)("%s", ([lock, next]) => {
    expect(weakenings(strong, next).gone).toContain(lock);
    expect(weakenings(next, strong).gone).toEqual([]);
  });

  test("all of them, in an empty file", () => {
    expect(weakenings(strong, openWebConfig).gone).toHaveLength(6);
  });
});

describe("a lock is looser", () => {
  test.for([
    ["client_auth_type", withTls({ clientAuthType: "RequireAnyClientCert" })],
    ["client_ca", withContext({ ca: ["a", "b", "c"] })],
    ["client_ca", withContext({ ca: ["a", "c"] })],
    ["client_allowed_sans", withTls({ clientAllowedSans: ["prometheus", "anybody"] })],
    ["min_version", withContext({ minVersion: "TLSv1.1" })],
    ["max_version, ciphers or curves", withContext({ maxVersion: "TLSv1.2" })],
    ["max_version, ciphers or curves", withContext({ ciphers: "x:y" })],
    ["max_version, ciphers or curves", withContext({ ecdhCurve: "prime256v1" })],
    ["headers", { ...strong, headers: {} }],
    ["rate_limit", { ...strong, rateLimit: null }],
    ["rate_limit", { ...strong, rateLimit: { intervalSeconds: 0.5, burst: 10 } }],
    ["rate_limit", { ...strong, rateLimit: { intervalSeconds: 1, burst: 11 } }],
  ] as const)("%s", ([lock, next]) => {
    expect(weakenings(strong, next).looser).toEqual([lock]);
  });
});

describe("no lock is weaker", () => {
  test.for([
    ["nothing changed", strong],
    ["another certificate", withContext({ cert: "other", key: "other" })],
    ["fewer authorities", withContext({ ca: ["b"] })],
    ["fewer names of clients", withTls({ clientAllowedSans: ["probe"] })],
    ["a newer version", withContext({ minVersion: "TLSv1.3" })],
    ["another password", { ...strong, users: new Map([["alice", "3"]]) }],
    ["one more user", { ...strong, users: new Map([...strong.users, ["carol", "3"]]) }],
    ["a lower rate", { ...strong, rateLimit: { intervalSeconds: 2, burst: 9 } }],
  ] as const)("%s", ([, next]) => {
    expect(weakenings(strong, next)).toEqual({ gone: [], looser: [] });
  });

  test("after a file that protected nothing", () => {
    const { looser, gone } = weakenings(openWebConfig, { ...strong, headers: {} });
    expect([...looser, ...gone]).toEqual([]);
  });
});
