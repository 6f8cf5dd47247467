import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";

import { builtInLimits } from "../../src/web/connections/limits.ts";
import { loadWebConfig } from "../../src/web/config/load-web-config.ts";
import { createWebFolder, hashOfSecret, type WebFolder } from "../support/web-files.ts";

let folder: WebFolder;
let page: string;

beforeAll(async () => {
  folder = await createWebFolder();
  page = await readFile(new URL("../../docs/web.md", import.meta.url), "utf8");
});

afterAll(() => folder.remove());

test("the example of docs/web.md is a web configuration", async () => {
  const [, example = ""] = /^```yaml\n(tls_server_config:[^]*?)^```$/m.exec(page) ?? [];
  const path = await folder.write("web.yml", example.replace("$2y$10$…", hashOfSecret));
  const loaded = await loadWebConfig(path);
  expect(loaded).toMatchObject({
    config: {
      tls: { clientAuthType: "RequireAndVerifyClientCert", clientAllowedSans: ["prometheus"] },
      rateLimit: { intervalSeconds: 1, burst: 20 },
    },
  });
});

test("the limits of docs/web.md are those that hold", () => {
  const { mostConnections, mostHandshakes, mostAnswerBytes, slowSeconds, stopSeconds } = builtInLimits;
  const { requestSeconds, answerSeconds, idleSeconds, headerBytes, pathBytes } = builtInLimits;
  const rows = [
    ["connections, on all addresses", `${mostConnections}`],
    ["handshakes at once", `${mostHandshakes}`],
    ["bytes of answers that are being read", `${mostAnswerBytes / 1024 / 1024} MiB`],
    ["time to connect, shake hands and ask", `${requestSeconds} s`],
    ["time to read an answer", `${answerSeconds} s`],
    ["time between two requests", `${idleSeconds} s`],
    ["first line and headers", `${headerBytes / 1024} KiB`],
    ["path with its query", `${pathBytes / 1024} KiB`],
  ];
  // What follows a limit in its cell says more of it.
  for (const [what, limit] of rows) expect(page).toMatch(new RegExp(`\\| ${what} \\| ${limit}[ ;]`));
  expect(page).toContain(`slow to ask for ${slowSeconds} s`);
  expect(page).toContain(`be read, for ${stopSeconds} s at most`);
});
