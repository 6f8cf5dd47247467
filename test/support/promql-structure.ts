import { parser } from "@prometheus-io/lezer-promql";

import { selectorsOf, type Selector } from "./promql.ts";

type Node = ReturnType<typeof parser.parse>["topNode"];

/** A metric where an expression reads it. */
export type Reading = Selector & {
  /** As written; `null` for the value of a moment. */
  readonly range: string | null;
  /** The functions and aggregations around it, the innermost first. */
  readonly within: readonly string[];
  /** The labels that its innermost aggregation keeps; `null` without one, or where that says `without`. */
  readonly keptLabels: readonly string[] | null;
};

/** Labels that a part of an expression goes by: to add up, or to join. */
export type Grouping = {
  readonly labels: readonly string[];
  /** The metrics of that part: one of them must have each label. */
  readonly metrics: readonly string[];
  /** Labels that `label_replace` makes there. */
  readonly made: readonly string[];
};

/** The metrics that an expression reads, with what is made of each. */
export function readingsOf(expression: string): readonly Reading[] {
  const text = textIn(expression);
  const selectors = selectorsOf(expression);
  return found(parser.parse(expression).topNode, "VectorSelector").flatMap((node, index) => {
    const around = callsAround(node);
    const modifier = around.find(({ name }) => name === "AggregateExpr")?.getChild("AggregateModifier");
    const selector = selectors[index];
    if (selector === undefined) return [];
    return {
      ...selector,
      range: node.parent?.name === "MatrixSelector" ? text(node.parent.lastChild) : null,
      within: around.map(({ firstChild }) => text(firstChild)),
      keptLabels: modifier?.getChild("By") ? found(modifier, "LabelName").map(text) : null,
    };
  });
}

/** All groupings of an expression, the outermost of each part first. */
export function groupingsOf(expression: string): readonly Grouping[] {
  const text = textIn(expression);
  return found(parser.parse(expression).topNode, "AggregateModifier", "MatchingModifierClause").map(
    (node) => {
      const part = node.parent ?? node;
      return {
        labels: found(node, "LabelName").map(text),
        metrics: selectorsOf(text(part)).map(({ metric }) => metric),
        made: found(part, "FunctionCall")
          .filter(({ firstChild }) => text(firstChild) === "label_replace")
          .flatMap((call) => text(call.getChild("FunctionCallBody")?.getChild("StringLiteral")).slice(1, -1)),
      };
    },
  );
}

function textIn(expression: string): (node: Node | null | undefined) => string {
  return (node) => (node ? expression.slice(node.from, node.to) : "");
}

function found(node: Node, ...names: readonly string[]): readonly Node[] {
  const inner: Node[] = [];
  for (let child = node.firstChild; child !== null; child = child.nextSibling)
    inner.push(...found(child, ...names));
  return names.includes(node.name) ? [node, ...inner] : inner;
}

function callsAround(node: Node): readonly Node[] {
  const calls: Node[] = [];
  for (let { parent } = node; parent !== null; parent = parent.parent)
    if (parent.name === "AggregateExpr" || parent.name === "FunctionCall") calls.push(parent);
  return calls;
}
