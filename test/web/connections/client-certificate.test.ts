import { X509Certificate } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";

import { admits } from "../../../src/web/connections/client-certificate.ts";
import { createAuthority, type Authority } from "../../support/certificates.ts";

let authority: Authority;

beforeAll(async () => {
  authority = await createAuthority();
});

afterAll(() => authority.remove());

test.for([
  ["DNS:a", "a", true],
  ["DNS:a,DNS:b", "b", true],
  ["DNS:*.example.com", "x.example.com", false],
  ["DNS:*.example.com", "*.example.com", true],
  ["email:a@example.com", "a@example.com", true],
  ["email:a@example.com", "example.com", false],
  ["URI:spiffe://example/a", "spiffe://example/a", true],
  ["URI:spiffe://example/a", "spiffe://example/A", false],
  ["IP:127.0.0.1,DNS:z", "127.0.0.1", true],
  ["IP:127.0.0.1,DNS:z", "z", true],
  ["IP:2001:db8::1", "2001:db8::1", true],
  ["DNS:127.0.0.1", "127.0.0.2", false],
  // One name that looks like two.
  ["@a\n[a]\nURI.1=x://a, DNS:admin", "x://a, DNS:admin", true],
  ["@a\n[a]\nemail.1=x, DNS:admin\nDNS.1=behind", "behind", true],
  ["@a\n[a]\ndirName.1=here\nDNS.1=behind\n[here]\nCN=x, DNS:admin", "behind", true],
  ["RID:1.2.3,DNS:behind", "behind", true],
] as const)("a certificate for %s has the name %s: %s", async ([names, name, isIn]) => {
  const { cert } = await authority.sign(names);
  const certificate = new X509Certificate(cert);
  const allowed = (sans: readonly string[]): boolean =>
    admits(
      { clientAuthType: "RequireAndVerifyClientCert", clientAllowedSans: sans },
      { certificate, isVerified: true },
    );
  expect(allowed([name])).toBe(isIn);
  expect(allowed(["admin"])).toBe(false);
});
