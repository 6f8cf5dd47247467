import { createHash } from "node:crypto";
import { expect, test } from "vitest";

import { landingPage } from "../../../src/expose/landing-page.ts";
import { landingStyle, landingStyleHash } from "../../../src/expose/landing/style.ts";
import { aView } from "../../support/a-view.ts";

type Colours = ReadonlyMap<string, string>;

/** The colours of the light scheme, and those of the dark one. */
function schemes(): readonly Colours[] {
  return [...landingStyle.matchAll(/:root\{([^}]*)\}/g)].map(
    ([, declarations = ""]) =>
      new Map(
        [...declarations.matchAll(/--([\w-]+):(#\w+)/g)].map(([, name = "", colour = ""]) => [name, colour]),
      ),
  );
}

/** As WCAG 2 defines it: 0 is black, 1 is white. */
function luminance(colour: string): number {
  const digits = colour.length === 4 ? colour.replaceAll(/[0-9a-f]/g, "$&$&") : colour;
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(digits.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

test("contrast is reckoned as WCAG does", () => {
  expect(contrast("#000", "#ffffff")).toBe(21);
  expect(contrast("#777777", "#fff")).toBeCloseTo(4.48, 2);
});

test.for([
  ...["page", "card", "warning-card", "incident-card", "code"].map((on) => ["text", on] as const),
  ...["page", "card", "warning-card", "incident-card"].map((on) => ["muted", on] as const),
  ...["card", "warning-card", "incident-card"].map((on) => ["link", on] as const),
  ...["calm", "unknown", "warning", "incident"].map((on) => ["strong", on] as const),
])("%s can be read on %s, by day and by night", ([text, ground]) => {
  expect(schemes()).toHaveLength(2);
  for (const scheme of schemes())
    expect(contrast(scheme.get(text) ?? "", scheme.get(ground) ?? "")).toBeGreaterThanOrEqual(4.5);
});

test("the style is the one that the hash is of, and the only one", () => {
  const page = landingPage(aView(), { metricsPath: "/metrics", hasApi: true });
  const [[, style = ""] = [], ...others] = [...page.matchAll(/<style>(.*?)<\/style>/gs)];
  expect(others).toEqual([]);
  expect(landingStyleHash).toBe(`'sha256-${createHash("sha256").update(style).digest("base64")}'`);
  expect(style).not.toContain("<");
});
