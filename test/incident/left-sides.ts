import { parser } from "@prometheus-io/lezer-promql";

type Node = ReturnType<typeof parser.parse>["topNode"];

const comparisons = ["Eql", "Neq", "Gtr", "Gte", "Lss", "Lte"];

/**
 * What an alert is about, whether it fires or not: its expression with each comparison in it replaced by its left side, each
 * `absent` by what must be there, and without what silences it, by `unless`. That follows by itself: it must be there as well,
 * for its name might be wrong. Throws for what is no PromQL.
 */
export function leftSides(expression: string): readonly string[] {
  const { topNode } = parser.parse(expression);
  const silencers: string[] = [];

  function without(node: Node): string {
    if (node.type.isError) throw new Error(`not understood: ${expression}`);
    const children = childrenOf(node);
    const [left] = children;
    if (left === undefined) return expression.slice(node.from, node.to);
    if (node.name === "BinaryExpr" && children.some(({ name }) => comparisons.includes(name)))
      return without(left);
    if (node.name === "BinaryExpr" && children.some(({ name }) => name === "Unless")) {
      const told = without(left);
      silencers.push(...children.slice(-1).map(without));
      return told;
    }
    const parts: string[] = [];
    let at = node.from;
    for (const child of children) {
      parts.push(expression.slice(at, child.from), without(child));
      at = child.to;
    }
    const text = [...parts, expression.slice(at, node.to)].join("");
    return node.name === "FunctionCall" ? text.replace(/^absent\b/, "") : text;
  }

  return [without(topNode), ...silencers];
}

function childrenOf(node: Node): readonly Node[] {
  const children: Node[] = [];
  for (let child = node.firstChild; child !== null; child = child.nextSibling) children.push(child);
  return children;
}
