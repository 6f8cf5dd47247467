import { durationsOf, numbersOf, replaced, type Piece } from "./promql.ts";
import type { Alert, Recording, RuleFile } from "./rule-file.ts";

/** A rule file in which one piece of a rule is another one. */
export type Mutation = {
  /** The rule that was changed: the name of its alert or of what it records. */
  readonly rule: string;
  readonly what: string;
  readonly file: RuleFile;
};

/** Whatever can be changed in an expression, and its values for it: all that are written there, one at a time. */
export function mutationsOf(file: RuleFile): readonly Mutation[] {
  return file.groups
    .flatMap(({ rules }) => rules)
    .flatMap((rule) => [
      ...changedExpressions(rule.expr).map((change) => mutation(file, rule, { ...change, key: "expr" })),
      ...("alert" in rule ? changedTimes(rule).map((change) => mutation(file, rule, change)) : []),
    ]);
}

type Change = { readonly key: string; readonly what: string; readonly value: string };

function mutation(file: RuleFile, rule: Alert | Recording, { key, what, value }: Change): Mutation {
  return {
    rule: "alert" in rule ? rule.alert : rule.record,
    what,
    file: {
      groups: file.groups.map((group) => ({
        ...group,
        rules: group.rules.map((other) => (other === rule ? { ...rule, [key]: value } : other)),
      })),
    },
  };
}

function changedExpressions(expr: string): readonly Omit<Change, "key">[] {
  const change = (piece: Piece, other: string): Omit<Change, "key"> => ({
    what: `${piece.text} at ${piece.from} becomes ${other}`,
    value: replaced(expr, piece, other),
  });
  return [
    ...numbersOf(expr).flatMap((piece) => otherNumbers(Number(piece.text)).map((one) => change(piece, one))),
    ...durationsOf(expr).flatMap((piece) => otherTimes(piece.text).map((time) => change(piece, time))),
    ...otherWords.flatMap(({ words, other }) =>
      piecesOf(expr, words).map((piece) => change(piece, other(piece.text))),
    ),
  ];
}

const opposites = new Map([
  ["max", "min"],
  ["min", "max"],
  [">", "<"],
  ["<", ">"],
  [">=", "<"],
  ["<=", ">"],
  ["==", "!="],
  ["!=", "=="],
]);

const opposite = (word: string): string => opposites.get(word) ?? word;

/** What is no number: the greatest and the least, what bridges a gap, comparisons, and matchers. */
const otherWords: readonly { readonly words: RegExp; readonly other: (text: string) => string }[] = [
  { words: /\b(?:max|min)(?= by\b)/g, other: opposite },
  { words: /(?<= )(?:[<>]=?|[=!]=)(?= )/g, other: opposite },
  {
    words: /\b\w+_over_time\([\w:]+(?:\{[^}]*\})?\[\w+\]\)/g,
    other: (text) => text.replace(/^\w+\(/, "").replace(/\[\w+\]\)$/, ""),
  },
  {
    words: /\w+(?:=|!=|=~|!~)"[^"]*"/g,
    other: (text) =>
      /!/.test(text)
        ? text.replace("!=", "=").replace("!~", "=~")
        : text.replace("=", "!=").replace("!=~", "!~"),
  },
];

function piecesOf(expr: string, words: RegExp): readonly Piece[] {
  return [...expr.matchAll(words)].map(({ 0: text, index }) => ({
    from: index,
    to: index + text.length,
    text,
  }));
}

function changedTimes(alert: Alert): readonly Change[] {
  const times = { for: alert.for, keep_firing_for: alert.keep_firing_for };
  return Object.entries(times).flatMap(([key, time]) =>
    otherTimes(time).map((value) => ({ key, what: `${key} becomes ${value}`, value })),
  );
}

function otherNumbers(number: number): readonly string[] {
  return number === 0 ? ["-1", "1"] : [String(number * 0.9), String(number * 1.1)];
}

/** Half of a time, and twice of it; a minute, where there is none. */
function otherTimes(time: string): readonly string[] {
  const seconds = inSeconds(time);
  return seconds === 0 ? ["1m"] : [`${seconds / 2}s`, `${seconds * 2}s`];
}

const unitSeconds = new Map([
  ["s", 1],
  ["m", 60],
  ["h", 3600],
  ["d", 86_400],
]);

function inSeconds(time: string): number {
  const { amount, unit = "" } = /^(?<amount>\d+)(?<unit>[smhd])$/.exec(time)?.groups ?? {};
  const of = unitSeconds.get(unit);
  if (of === undefined) throw new Error(`expected a duration of one unit, got ${time}`);
  return Number(amount) * of;
}
