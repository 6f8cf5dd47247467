import { parser } from "@prometheus-io/lezer-promql";

/** Where a piece of an expression stands in it, and what it says. */
export type Piece = { readonly from: number; readonly to: number; readonly text: string };

export type Matcher = { readonly label: string; readonly operator: string; readonly value: string };

/** One metric as an expression reads it: `name{label="value"}`. */
export type Selector = { readonly metric: string; readonly matchers: readonly Matcher[] };

type Node = ReturnType<typeof parser.parse>["topNode"];

const literal = "NumberDurationLiteral";
const durationLiteral = "NumberDurationLiteralInDurationContext";
const matcher = /^(?<label>\w+)\s*(?<operator>=~|!~|!=|=)\s*"(?<value>.*)"$/su;

/** What the grammar of PromQL does not understand of an expression. */
export function mistakesOf(expression: string): readonly Piece[] {
  return nodesOf(expression)
    .filter(({ type }) => type.isError)
    .map((node) => pieceOf(expression, node));
}

/** The metrics that an expression reads, each as often as it does. */
export function selectorsOf(expression: string): readonly Selector[] {
  return nodesOf(expression)
    .filter(({ name }) => name === "VectorSelector")
    .map((node) => ({
      metric: textOf(expression, node.getChild("Identifier")),
      matchers: (node.getChild("LabelMatchers")?.getChildren("UnquotedLabelMatcher") ?? []).map((child) =>
        matcherOf(textOf(expression, child)),
      ),
    }));
}

/** The numbers of an expression, its durations left out. */
export function numbersOf(expression: string): readonly Piece[] {
  return nodesOf(expression)
    .filter(({ name }) => name === literal)
    .map((node) => pieceOf(expression, node));
}

/** Its ranges and offsets. */
export function durationsOf(expression: string): readonly Piece[] {
  return nodesOf(expression)
    .filter(({ name }) => name === durationLiteral)
    .map((node) => pieceOf(expression, node));
}

/** An expression with one piece of it replaced. */
export function replaced(expression: string, { from, to }: Piece, text: string): string {
  return expression.slice(0, from) + text + expression.slice(to);
}

function matcherOf(text: string): Matcher {
  const { label = "", operator = "", value = "" } = matcher.exec(text)?.groups ?? {};
  if (label === "") throw new Error(`expected a matcher with a value in double quotes, got ${text}`);
  return { label, operator, value };
}

function nodesOf(expression: string): readonly Node[] {
  const nodes: Node[] = [];
  parser.parse(expression).iterate({ enter: ({ node }) => void nodes.push(node) });
  return nodes;
}

function pieceOf(expression: string, node: Node): Piece {
  return { from: node.from, to: node.to, text: textOf(expression, node) };
}

function textOf(expression: string, node: Node | null): string {
  return node === null ? "" : expression.slice(node.from, node.to);
}
