import { readdir } from "node:fs/promises";
import { beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";

import { panelsOf, shippedDashboards, type Dashboard } from "../support/dashboards.ts";

const dataLinks = z.array(z.object({ title: z.string(), url: z.string() }));

let dashboards: readonly Dashboard[] = [];

beforeAll(async () => {
  dashboards = await shippedDashboards();
});

function dataLinkUrls(): readonly string[] {
  return dashboards
    .flatMap(panelsOf)
    .flatMap(({ fieldConfig }) => fieldConfig?.overrides ?? [])
    .flatMap(({ properties }) => properties)
    .filter(({ id }) => id === "links")
    .flatMap(({ value }) => dataLinks.parse(value))
    .map(({ url }) => url);
}

describe("every dashboard", () => {
  test("links to the others, with the time and the choices", () => {
    for (const { links, tags } of dashboards)
      expect(links).toContainEqual(
        expect.objectContaining({ type: "dashboards", tags: [tags[0]], keepTime: true, includeVars: true }),
      );
  });

  test("links to the runbooks, which are there", async () => {
    const url = "https://github.com/pgleash/pgleash/tree/main/alerts/runbooks";
    for (const { links } of dashboards)
      expect(links).toContainEqual(expect.objectContaining({ type: "link", url, targetBlank: true }));
    const runbooks = await readdir(new URL("../../alerts/runbooks/", import.meta.url));
    expect(runbooks.length).toBeGreaterThan(0);
  });

  test("shows its links, which newer versions would hide in a menu", () => {
    for (const { links } of dashboards)
      for (const link of links) expect(Object.keys(link)).not.toContain("placement");
  });

  test("marks terminations and alerts", () => {
    for (const { annotations } of dashboards) {
      const [terminations, alerts] = annotations.list;
      expect(terminations).toMatchObject({ name: "Terminations", enable: true });
      expect(terminations?.expr).toContain("pgleash_actions_total");
      expect(alerts).toMatchObject({ name: "Alerts", enable: true });
      expect(alerts?.expr).toMatch(/^ALERTS\{alertname=~"Pgleash\.\*\|DatabaseConnectionLeak",/);
      for (const { datasource } of annotations.list)
        expect(datasource).toEqual({ type: "prometheus", uid: "${datasource}" });
    }
  });
});

describe("a link of a row", () => {
  test("leads to a dashboard that is there, and chooses what that lets one choose", () => {
    expect(dataLinkUrls().length).toBeGreaterThan(0);
    for (const url of dataLinkUrls()) {
      const uid = /^\/d\/([\w-]+)\?/.exec(url)?.[1];
      const board = dashboards.find((one) => one.uid === uid);
      const choices = [...url.matchAll(/var-(\w+)=/g), ...url.matchAll(/\$\{(\w+):queryparam\}/g)];
      for (const [, name] of choices)
        expect(board?.templating.list.map((variable) => variable.name)).toContain(name);
      expect(url).toContain("${__url_time_range}");
    }
  });

  test("encodes what it takes from the row: users control the names", () => {
    for (const url of dataLinkUrls()) {
      const taken = [...url.matchAll(/\$\{__data\.[^}]*\}/g)].map(([text]) => text);
      expect(taken.length).toBeGreaterThan(0);
      for (const text of taken) expect(text).toMatch(/:percentencode\}$/);
    }
  });
});
