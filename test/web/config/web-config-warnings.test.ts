import { expect, test } from "vitest";

import { openWebConfig } from "../../../src/web/config/web-config.ts";
import { webConfigWarnings } from "../../../src/web/config/web-config-warnings.ts";
import { hashOfSecret } from "../../support/web-files.ts";

function warningsOf(users: Readonly<Record<string, number>>): readonly string[] {
  const hashes = Object.entries(users).map(([user, cost]) => {
    return [user, hashOfSecret.replace("$04$", `$${String(cost).padStart(2, "0")}$`)] as const;
  });
  return webConfigWarnings({ ...openWebConfig, users: new Map(hashes) });
}

test("a hash that takes seconds to check is warned of, with how many", () => {
  expect(warningsOf({ alice: 14, bob: 15, carol: 20 })).toEqual([
    "basic_auth_users.bob: a bcrypt hash of cost 15, where 10 to 12 is usual: each password that was not seen before takes some 2 s to check, and others wait",
    "basic_auth_users.carol: a bcrypt hash of cost 20, where 10 to 12 is usual: each password that was not seen before takes some 64 s to check, and others wait",
  ]);
});

test("all is well with usual ones, and without users where there is TLS", () => {
  expect(warningsOf({ alice: 4, bob: 12 })).toEqual([]);
  const tls = { context: {}, clientAuthType: "NoClientCert", clientAllowedSans: null } as const;
  expect(webConfigWarnings({ ...openWebConfig, tls })).toEqual([]);
});

test("a file that protects nothing, such as an empty one, is warned of", () => {
  expect(webConfigWarnings(openWebConfig)).toEqual([
    "no tls_server_config: TLS is disabled",
    "no basic_auth_users: everybody who reaches the page may read it",
  ]);
});
