import { readFile } from "node:fs/promises";
import { beforeAll, describe, expect, test } from "vitest";

import { metricsDocs } from "../../src/expose/metrics-docs.ts";
import { metrics } from "../../src/expose/metrics.ts";
import { pageText } from "../support/page-text.ts";
import { processRegistry } from "../../src/expose/process-registry.ts";
import { aBusyView } from "../support/a-busy-view.ts";

let docs = "";
let generated = "";
let page = "";

beforeAll(async () => {
  const ownProcess = processRegistry();
  docs = await readFile(new URL("../../docs/metrics.md", import.meta.url), "utf8");
  const own = await ownProcess.getMetricsAsJSON();
  generated = metricsDocs(own.map(({ name, type, help }) => ({ name, type: String(type), help })));
  page = await pageText(aBusyView(), ownProcess);
});

/** Of every line that begins with the name of a metric. */
function documented(): readonly string[] {
  return [...docs.matchAll(/^\| `((?:pgleash|process|nodejs)_\w+)`/gm)].map(([, name = ""]) => name);
}

describe("docs/metrics.md", () => {
  test("is what the code says: npm run generate", () => {
    expect(docs).toBe(generated);
  });

  test("has every metric of a page, and no other", () => {
    const served = [...page.matchAll(/^# TYPE (\S+) /gm)].map(([, name = ""]) => name);
    expect(documented().toSorted()).toEqual(served.toSorted());
  });

  test("has every metric once", () => {
    expect(new Set(documented()).size).toBe(documented().length);
  });

  test("explains every label that a metric has", () => {
    const explained = docs.slice(docs.indexOf("## Labels"), docs.indexOf("## The process"));
    for (const label of new Set(metrics.flatMap(({ labels }) => labels)))
      expect(explained).toContain(`\`${label}\``);
  });

  test("spells out every value that the page shows of a closed label", () => {
    const labels =
      "state|kind|severity|end|reason|setting|privilege|role|pooler|action|outcome|type|window|source|result";
    const rows = [...docs.matchAll(new RegExp(`^\\| \`(${labels})\`[^|]* \\| (.*) \\|$`, "gm"))];
    expect(rows).toHaveLength(16);
    const known = new Map<string, string>();
    for (const [, label = "", values = ""] of rows)
      known.set(label, [known.get(label) ?? "", values].join(", "));
    for (const [label, values] of known) {
      const shown = [...page.matchAll(new RegExp(`^pgleash_.*[{,]${label}="([^"]*)"`, "gm"))];
      expect(shown.length).toBeGreaterThan(0);
      for (const [, value = ""] of shown) expect(values.split(", ")).toContain(`\`${value}\``);
    }
  });
});
