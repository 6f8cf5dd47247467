import { parser } from "@prometheus-io/lezer-promql";

type Node = ReturnType<typeof parser.parse>["topNode"];

const comparisons = ["Eql", "Neq", "Gtr", "Gte", "Lss", "Lte"];

/**
 * An expression with each comparison in it replaced by its left side, and each `absent` by what must be there: what an alert
 * is about, whether it fires or not. Throws for what is no PromQL.
 */
export function leftSide(expression: string): string {
  const { topNode } = parser.parse(expression);

  function without(node: Node): string {
    if (node.type.isError) throw new Error(`not understood: ${expression}`);
    const children = childrenOf(node);
    const [left] = children;
    if (left === undefined) return expression.slice(node.from, node.to);
    if (node.name === "BinaryExpr" && children.some(({ name }) => comparisons.includes(name)))
      return without(left);
    const parts: string[] = [];
    let at = node.from;
    for (const child of children) {
      parts.push(expression.slice(at, child.from), without(child));
      at = child.to;
    }
    const text = [...parts, expression.slice(at, node.to)].join("");
    return node.name === "FunctionCall" ? text.replace(/^absent\b/, "") : text;
  }

  return without(topNode);
}

function childrenOf(node: Node): readonly Node[] {
  const children: Node[] = [];
  for (let child = node.firstChild; child !== null; child = child.nextSibling) children.push(child);
  return children;
}
