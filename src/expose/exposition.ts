import { durationBuckets, type DurationHistogram } from "../classify/tally.ts";
import type { About } from "./family.ts";
import type { Labels } from "./label-budget.ts";

/** Content-Type of the text format 0.0.4. Prometheus 3 refuses a page without a known one. */
export const expositionContentType = "text/plain; version=0.0.4; charset=utf-8";

/** The lines that introduce a metric, once, before its samples. */
export function headerText({
  name,
  help,
  type,
}: Pick<About, "name" | "help"> & { readonly type: string }): string {
  return `# HELP ${name} ${escapedHelp(help)}\n# TYPE ${name} ${type}\n`;
}

/** The line of a sample. `labels` is what `labelsText` wrote; empty for none. */
export function sampleText(name: string, labels: string, value: number): string {
  return labels === "" ? `${name} ${numberText(value)}\n` : `${name}{${labels}} ${numberText(value)}\n`;
}

/** The lines of one histogram: its buckets, and what all of them come to. */
export function histogramText(name: string, labels: string, histogram: DurationHistogram): string {
  const { counts, count, sumSeconds } = histogram;
  const bucket = (bound: string, value: number): string =>
    sampleText(`${name}_bucket`, joined(labels, `le="${bound}"`), value);
  const buckets = counts.map((value, index) => bucket(String(durationBuckets[index]), value));
  const all = [bucket("+Inf", count), sampleText(`${name}_sum`, labels, sumSeconds)];
  return `${buckets.join("")}${all.join("")}${sampleText(`${name}_count`, labels, count)}`;
}

/** Labels as they stand between the braces, behind those of `before`. Values are untrusted: they come out escaped. */
export function labelsText(labels: Labels, before = ""): string {
  let text = before;
  for (const name of Object.keys(labels))
    text = joined(text, `${name}="${escapedValue(labels[name] ?? "")}"`);
  return text;
}

function joined(before: string, pair: string): string {
  return before === "" ? pair : `${before},${pair}`;
}

/** As Go reads it. */
function numberText(value: number): string {
  if (Number.isFinite(value)) return String(value);
  if (Number.isNaN(value)) return "NaN";
  return value > 0 ? "+Inf" : "-Inf";
}

const special = /[\\"\n]/;

/** Nearly no value has anything to escape, and to look is cheaper than to replace. */
function escapedValue(value: string): string {
  return special.test(value) ? escapedHelp(value).replaceAll('"', '\\"') : value;
}

function escapedHelp(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
}
