import { copyFile } from "node:fs/promises";
import { join } from "node:path";

import { afterAll, beforeAll, expect, test } from "vitest";

import { systemAuthorities } from "../../../src/postgres/tls/system-authorities.ts";
import { isOpenToOthers } from "../../../src/postgres/tls/tls-material.ts";
import { createAuthority, type Authority } from "../../support/certificates.ts";

let authority: Authority;
beforeAll(async () => {
  authority = await createAuthority();
});
afterAll(() => authority.remove());

// fe-secure-openssl.c: 0600 or less, or 0640 or less where root owns it.
test.for([
  [0o600, 1000, false],
  [0o400, 1000, false],
  [0o700, 1000, false],
  [0o640, 1000, true],
  [0o604, 1000, true],
  [0o610, 1000, true],
  [0o640, 0, false],
  [0o600, 0, false],
  [0o660, 0, true],
  [0o650, 0, true],
  [0o644, 0, true],
] as const)("a key with mode %o of user %i is open to others: %s", ([mode, uid, isOpen]) => {
  expect(isOpenToOthers({ mode: 0o100_000 | mode, uid })).toBe(isOpen);
});

test("the system's authorities are those of the first file that is there, else Node's", async () => {
  const [missing, first] = [join(authority.folder, "none"), join(authority.folder, "system.crt")];
  await copyFile(authority.rootCert, first);
  const found = await systemAuthorities([missing, first, join(authority.folder, "ca.key")]);
  expect(found.map(String)).toEqual([expect.stringContaining("-----BEGIN CERTIFICATE-----")]);
  expect((await systemAuthorities([missing])).length).toBeGreaterThan(50);
  await expect(systemAuthorities([authority.folder])).rejects.toThrow("it is not a plain file");
});
