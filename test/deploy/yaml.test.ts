import { describe, expect, test } from "vitest";

import { filesOf, parseYaml, readText, readYaml } from "./files.ts";

const yamlFiles = (await filesOf("config", "alerts", "grafana")).filter((path) => /\.ya?ml$/.test(path));

/** What needs a Docker, a Kubernetes or a systemd. Nobody has run it, and it says so. */
const notRun = (await filesOf("config/compose", "config/kubernetes", "config/systemd")).filter(
  (path) => !/\/(pgleash|prometheus|leaking-app)\//.test(path),
);

test("there is YAML to parse in each of the folders", () => {
  for (const folder of ["config/compose", "config/kubernetes", "alerts", "grafana/provisioning"])
    expect(yamlFiles.filter((path) => path.startsWith(`${folder}/`))).not.toEqual([]);
});

describe("YAML", () => {
  test.for(yamlFiles)("%s parses, without a warning", async (path) => {
    const documents = await readYaml(path);
    expect(documents).not.toEqual([]);
    for (const document of documents) expect(document).toBeTypeOf("object");
  });

  test.for([
    ["a: 1\na: 2\n", "unique"],
    ["a: [1\n", "]"],
    ["a: *b\n", "alias"],
    ["a: !thing 1\n", "Unresolved tag"],
  ] as const)("a mistake is found: %j", ([text, problem]) => {
    expect(() => parseYaml(text)).toThrow(problem);
  });
});

describe("what was not run", () => {
  test("is all that is deployed", () => {
    expect(notRun.length).toBeGreaterThan(10);
  });

  test.for(notRun)("%s says so at its beginning", async (path) => {
    expect((await readText(path)).split("\n").slice(0, 3).join("\n")).toContain("Parsed, not run");
  });
});
