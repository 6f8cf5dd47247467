import type { ValueMapping } from "@grafana/grafana-foundation-sdk/dashboard";

import { wordsFor } from "./panels/panel.ts";

const good = (text: string) => ({ text, color: "green" });
const bad = (text: string) => ({ text, color: "red" });

/** What the values 0 and 1 of a gauge mean, and what is bad about them. */
export const words = {
  up: wordsFor({ 0: bad("down"), 1: good("up") }),
  worked: wordsFor({ 0: bad("failed"), 1: good("worked") }),
  mode: wordsFor({ 0: { text: "dry run", color: "blue" }, 1: { text: "enforcing", color: "purple" } }),
  held: wordsFor({ 0: { text: "not held", color: "text" }, 1: good("held") }),
  paused: wordsFor({ 0: good("no"), 1: { text: "paused", color: "orange" } }),
  breaker: wordsFor({ 0: good("closed"), 1: bad("open") }),
  audit: wordsFor({ 0: bad("failing"), 1: good("working") }),
  granted: wordsFor({ 0: { text: "no", color: "text" }, 1: { text: "yes", color: "text" } }),
  forecast: wordsFor({ "-1": good("no leak") }),
  severity: wordsFor({ suspect: { text: "suspect", color: "orange" }, leaked: bad("leaked") }),
} satisfies Record<string, ValueMapping>;
