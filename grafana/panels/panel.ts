import type { Builder } from "@grafana/grafana-foundation-sdk/cog";
import type { Panel, Threshold, ValueMapping } from "@grafana/grafana-foundation-sdk/dashboard";
import {
  MappingType,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from "@grafana/grafana-foundation-sdk/dashboard";

/** What every panel says of itself. */
export type About = {
  readonly title: string;
  /** What it shows, and what it does not. */
  readonly description: string;
  /** A unit of Grafana. */
  readonly unit: string;
  /** Columns of the 24 that a dashboard has. */
  readonly span: number;
  /** Rows of the grid. */
  readonly height: number;
};

/** A panel that is yet to be placed. */
export type Placeable = Builder<Panel>;

/** From which value on a number has which colour, and which it has below the first. */
export function thresholds(
  steps: readonly (readonly [from: number, color: string])[],
  below = "green",
): ThresholdsConfigBuilder {
  const base: Threshold = { value: null, color: below };
  return new ThresholdsConfigBuilder()
    .mode(ThresholdsMode.Absolute)
    .steps([base, ...steps.map(([value, color]) => ({ value, color }))]);
}

/** Words, and their colours, in place of values. */
export function wordsFor(
  words: Readonly<Record<string, { readonly text: string; readonly color: string }>>,
): ValueMapping {
  const options = Object.fromEntries(
    Object.entries(words).map(([value, word], index) => [value, { ...word, index }]),
  );
  return { type: MappingType.ValueToText, options };
}
