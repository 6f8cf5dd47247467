import * as fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";

import { loadWebConfig } from "../../../src/web/config/load-web-config.ts";
import { fuzzRuns } from "../../support/fuzz-runs.ts";
import { createWebFolder, hashOfSecret, type WebFolder } from "../../support/web-files.ts";

let folder: WebFolder;

beforeAll(async () => {
  folder = await createWebFolder();
});

afterAll(() => folder.remove());

const keys = fc.constantFrom(
  ..."tls_server_config http_server_config basic_auth_users rate_limit cert_file key_file client_ca_file".split(
    " ",
  ),
  ..."client_auth_type client_allowed_sans min_version cipher_suites headers http2 interval burst alice".split(
    " ",
  ),
  ..."__proto__ constructor X-Frame-Options Strict-Transport-Security".split(" "),
);
const leaf = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    0,
    -1,
    1e308,
    "",
    "server.crt",
    "server.key",
    "ca.crt",
    ".",
    "/dev/zero",
  ),
  fc.constantFrom<unknown>(
    "RequireAndVerifyClientCert",
    "TLS13",
    "deny",
    "1s",
    "-1h",
    hashOfSecret,
    "a\r\nb: c",
  ),
  fc.string({ unit: "binary", maxLength: 5 }),
);
const { value } = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 4, withCrossShrink: true }, leaf, tie("list"), tie("mapping")),
  list: fc.array(tie("value"), { maxLength: 3 }),
  mapping: fc.dictionary(fc.oneof(keys, fc.string({ unit: "binary", maxLength: 3 })), tie("value"), {
    maxKeys: 4,
  }),
}));

/** What each part may be, and mostly is. */
const file = fc.record(
  {
    tls_server_config: fc.oneof(
      value,
      fc.record(
        {
          cert_file: fc.constantFrom("server.crt", "other.crt", "none.crt", "server.key"),
          key_file: fc.constantFrom("server.key", "other.key", "encrypted.key", "/"),
          client_auth_type: leaf,
          client_ca_file: leaf,
          min_version: leaf,
        },
        { requiredKeys: ["cert_file", "key_file"] },
      ),
    ),
    http_server_config: fc.oneof(value, fc.record({ http2: leaf, headers: fc.dictionary(keys, leaf) })),
    basic_auth_users: fc.oneof(value, fc.dictionary(fc.string({ unit: "binary", maxLength: 3 }), leaf)),
    rate_limit: fc.oneof(value, fc.record({ interval: leaf, burst: leaf })),
  },
  { requiredKeys: [] },
);
const pieces = fc.oneof(
  keys.map((key) => `${key}:`),
  fc.constantFrom("\n", "  ", "- ", "{", "}", "[", "]", "&a ", "*a", '"', "'", "#", "|\n", "? ", "!t ", "\0"),
);
const text = fc.oneof(
  fc.oneof(file, value).map((given) => JSON.stringify(given)),
  fc.array(pieces, { maxLength: 14 }).map((parts) => parts.join("")),
  fc.string({ unit: "binary" }),
);

test("any web configuration file is read, or every complaint says what was expected", async () => {
  let good = 0;
  await fc.assert(
    fc.asyncProperty(text, async (given) => {
      const path = await folder.write("web.yml", given);
      const read = await loadWebConfig(path);
      const problems = "problems" in read ? read.problems : [];
      expect("config" in read || problems.length > 0).toBe(true);
      expect(problems.filter((problem) => !/^\/.*: .*expected .+, got .+$/su.test(problem))).toEqual([]);
      good += "config" in read ? 1 : 0;
    }),
    { numRuns: fuzzRuns("webConfiguration") },
  );
  // Not all of them are nonsense.
  expect(good).toBeGreaterThan(0);
});
