import { pageContentType } from "../../src/expose/page.ts";
import { pageText } from "./page-text.ts";
import { processRegistry } from "../../src/expose/process-registry.ts";
import type { ServerView } from "../../src/expose/view.ts";
import { aView } from "./a-view.ts";

/** One line of a page, its escapes undone. */
export type Sample = {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
};

const ownProcess = processRegistry();

/** The page of a process that watches these servers. */
export function pageOf(...servers: readonly ServerView[]): Promise<string> {
  return pageText(aView({ servers }), ownProcess);
}

const comment = /^# (?<keyword>HELP|TYPE) (?<family>[a-zA-Z_:][a-zA-Z0-9_:]*) (?<text>.+)$/su;
const sample = /^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(?<labels>.*)\})? (?<value>[^ {}"]+)$/su;
const label = /(?<name>[a-zA-Z_][a-zA-Z0-9_]*)="(?<value>(?:[^"\\\n]|\\[\\"n])*)"(?:,|$)/suy;
const number = /^(?:[+-]Inf|NaN|[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?)$/u;
const suffixes = { histogram: ["_bucket", "_sum", "_count"], summary: ["", "_sum", "_count"] };

/**
 * Reads a page as Prometheus does (text format 0.0.4), but forgives nothing: every family once, with HELP, TYPE and
 * its samples together; every series once; no escape but the three. Throws at the first line that is wrong.
 */
export function parseExposition(page: string): readonly Sample[] {
  if (!page.endsWith("\n")) throw new Error("expected a line feed at the end of the page");
  const samples: Sample[] = [];
  const families = new Map<string, { type?: string }>();
  const series = new Set<string>();
  let family = "";
  for (const line of page.split("\n").filter((text) => text !== "")) {
    const fail = (why: string): Error => new Error(`${why}: ${JSON.stringify(line)}`);
    const said = comment.exec(line)?.groups;
    if (said?.["keyword"] === "HELP") {
      family = said["family"] ?? "";
      if (families.has(family)) throw fail("a family twice");
      families.set(family, {});
    } else if (said !== undefined) {
      const known = families.get(family);
      if (said["family"] !== family || known?.type !== undefined) throw fail("TYPE does not follow its HELP");
      families.set(family, { type: said["text"] ?? "" });
    } else {
      const read = readSample(line, fail);
      if (!namesOf(family, families.get(family)?.type).includes(read.name)) throw fail("outside its family");
      const names = Object.keys(read.labels).toSorted();
      const key = JSON.stringify([read.name, names.map((name) => [name, read.labels[name]])]);
      if (series.has(key)) throw fail("a series twice");
      series.add(key);
      samples.push(read);
    }
  }
  return samples;
}

/** The samples of one metric whose labels are among others these. */
export function samplesOf(page: string, name: string, labels: Sample["labels"] = {}): readonly Sample[] {
  return parseExposition(page).filter(
    (one) => one.name === name && Object.entries(labels).every(([key, value]) => one.labels[key] === value),
  );
}

/** What a page must be sent as. */
export const contentType = pageContentType;

function readSample(line: string, fail: (why: string) => Error): Sample {
  const { name = "", labels = "", value = "" } = sample.exec(line)?.groups ?? {};
  if (!number.test(value)) throw fail("no sample");
  const read = new Map<string, string>();
  label.lastIndex = 0;
  for (let end = 0; end < labels.length; end = label.lastIndex) {
    const groups = label.exec(labels)?.groups;
    if (groups === undefined || read.has(groups["name"] ?? "")) throw fail("bad labels");
    read.set(groups["name"] ?? "", unescaped(groups["value"] ?? ""));
  }
  return { name, labels: Object.fromEntries(read), value: Number(value.replace("Inf", "Infinity")) };
}

function unescaped(text: string): string {
  return text.replace(/\\(?<character>.)/gu, (_escape, character: string) =>
    character === "n" ? "\n" : character,
  );
}

function namesOf(family: string, type: string | undefined): readonly string[] {
  const known = type === "histogram" || type === "summary" ? suffixes[type] : [""];
  return known.map((suffix) => family + suffix);
}
