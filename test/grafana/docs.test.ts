import { readFile } from "node:fs/promises";
import { beforeAll, expect, test } from "vitest";

import { shippedDashboards, type Dashboard } from "../support/dashboards.ts";

let docs = "";
let dashboards: readonly Dashboard[] = [];

beforeAll(async () => {
  docs = await readFile(new URL("../../docs/dashboards.md", import.meta.url), "utf8");
  dashboards = await shippedDashboards();
});

function sectionOf({ title }: Dashboard): string {
  const [, section = ""] = docs.split(`\n## ${title.replace("pgleash / ", "")}\n`);
  const [own = ""] = section.split("\n## ");
  return own;
}

test("docs/dashboards.md has every question of each dashboard, in its order, and no other", () => {
  for (const board of dashboards) {
    const asked = board.panels.filter(({ type }) => type === "row").map(({ title }) => title);
    const documented = [...sectionOf(board).matchAll(/^- \*\*(.*?)\*\*/gm)].map(([, title = ""]) => title);
    expect(asked.length).toBeGreaterThan(2);
    expect(documented).toEqual(asked);
  }
});

test("docs/dashboards.md has every uid, with a link to its file", () => {
  for (const { uid, title } of dashboards) {
    const name = title.replace("pgleash / ", "");
    expect(docs).toContain(`| [${name}](../grafana/dashboards/${name.toLowerCase()}.json) | \`${uid}\` |`);
  }
});
