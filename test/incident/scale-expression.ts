import { parser } from "@prometheus-io/lezer-promql";

import { scaledDuration, scaledNumber } from "./scale-duration.ts";
import { unitOfMetric, type TimeUnit } from "./time-unit.ts";

type Node = ReturnType<typeof parser.parse>["topNode"];
type Edit = { readonly from: number; readonly to: number; readonly text: string };

/** A part of an expression: its unit, or the numbers that it is made of, which take theirs from what they meet. */
type Part = { readonly unit: TimeUnit } | { readonly numbers: readonly Node[] };

/** What the names of recording rules stand for. */
export type Recorded = ReadonlyMap<string, TimeUnit>;

export type ScaledExpression = { readonly text: string; readonly unit: TimeUnit };

const sameAsFirst = [
  "last_over_time",
  "min_over_time",
  "max_over_time",
  "avg_over_time",
  "increase",
  "delta",
];
const sameForAll = ["clamp_min", "clamp_max", "clamp", "abs", "scalar", "vector"];
const perSecond = ["rate", "irate", "deriv"];
const counts = ["absent", "absent_over_time", "changes", "resets", "present_over_time"];
const sameAggregates = ["sum", "min", "max", "avg"];
const arithmetic = ["Add", "Sub", "Eql", "Neq", "Gtr", "Gte", "Lss", "Lte", "Or"];

/**
 * An expression on a time that runs `factor` times as fast: its ranges and offsets are shorter by it, and so are the
 * numbers that it adds to seconds or compares with them; those that it compares with rates are greater. Throws where it
 * cannot tell what a number is.
 */
export function scaleExpression(
  expression: string,
  factor: number,
  recorded: Recorded = new Map(),
): ScaledExpression {
  const edits: Edit[] = [];
  const tree = parser.parse(expression);
  tree.iterate({
    enter({ node }) {
      if (node.type.isError) throw new Error(`not understood: ${expression}`);
      if (node.name === "NumberDurationLiteralInDurationContext")
        edits.push({ ...placeOf(node), text: scaledDuration(textOf(node), factor) });
    },
  });

  function textOf({ from, to }: Node): string {
    return expression.slice(from, to);
  }

  function refuse(node: Node, why: string): Error {
    return new Error(`${why}: "${textOf(node)}" in ${expression}`);
  }

  function partOf(node: Node): Part {
    const [first, second] = operandsOf(node);
    if (node.name === "NumberDurationLiteral") return { numbers: [node] };
    if (node.name === "VectorSelector") return { unit: unitOfSelector(node) };
    if (first === undefined) return functionPart(node);
    if (
      ["PromQL", "ParenExpr", "MatrixSelector", "SubqueryExpr", "OffsetExpr", "UnaryExpr"].includes(node.name)
    )
      return partOf(first);
    if (node.name === "AggregateExpr") return aggregatePart(node);
    if (node.name === "FunctionCall") return functionPart(node);
    if (node.name === "BinaryExpr" && second !== undefined)
      return binaryPart(node, partOf(first), partOf(second));
    throw refuse(node, `a ${node.name} cannot be scaled`);
  }

  function unitOfSelector(node: Node): TimeUnit {
    const name = node.getChild("Identifier");
    if (name === null) throw refuse(node, "the metric has no name");
    if (/[{,]\s*le\s*[=!]/.test(textOf(node))) throw refuse(node, "a bound in a label cannot be scaled");
    return recorded.get(textOf(name)) ?? unitOfMetric(textOf(name));
  }

  function binaryPart(node: Node, left: Part, right: Part): Part {
    const names = childrenOf(node).map(({ name }) => name);
    if (names.includes("And") || names.includes("Unless")) return left;
    if (names.includes("BoolModifier")) return (alike(node, [left, right]), { unit: 0 });
    if (names.includes("Sub") && isInstant(left) && isInstant(right)) return { unit: 1 };
    if (names.some((name) => arithmetic.includes(name))) return alike(node, [left, right]);
    if ("numbers" in left && "numbers" in right) throw refuse(node, "two numbers might be anything");
    if (names.includes("Mul")) return { unit: powerOf(node, left) + powerOf(node, right) };
    if (names.includes("Div")) return { unit: powerOf(node, left) - powerOf(node, right) };
    throw refuse(node, "the operator cannot be scaled");
  }

  /** In a product a number is a mere factor. */
  function powerOf(node: Node, part: Part): number {
    if ("numbers" in part) return 0;
    if (part.unit === "instant") throw refuse(node, "an instant is no amount");
    return part.unit;
  }

  /** All of these are of one unit, and so are the numbers among them. */
  function alike(node: Node, parts: readonly Part[]): Part {
    const numbers = parts.flatMap((part) => ("numbers" in part ? part.numbers : []));
    const units = [...new Set(parts.flatMap((part) => ("unit" in part ? [part.unit] : [])))];
    const [unit, other] = units;
    if (unit === undefined) return { numbers };
    if (other !== undefined) throw refuse(node, "different units meet");
    for (const number of numbers) edits.push({ ...placeOf(number), text: scaledLiteral(number, unit) });
    return { unit };
  }

  function scaledLiteral(node: Node, unit: TimeUnit): string {
    if (unit === "instant") throw refuse(node, "an instant cannot be scaled");
    return scaledNumber(textOf(node), factor ** -unit);
  }

  function aggregatePart(node: Node): Part {
    const name = textOf(childOf(node, "AggregateOp"));
    const values = operandsOf(node).map(partOf);
    if (sameAggregates.includes(name) && values.length === 1) return values[0] ?? { unit: 0 };
    if (["topk", "bottomk"].includes(name) && values.length === 2) return values[1] ?? { unit: 0 };
    if (["count", "group"].includes(name)) return { unit: 0 };
    throw refuse(node, `the aggregation ${name} cannot be scaled`);
  }

  function functionPart(node: Node): Part {
    const name = textOf(childOf(node, "FunctionIdentifier"));
    const values = operandsOf(node).map(partOf);
    const [value] = values;
    if (name === "time") return { unit: "instant" };
    if (value === undefined) throw refuse(node, `the function ${name} cannot be scaled`);
    if (sameForAll.includes(name)) return alike(node, values);
    if (sameAsFirst.includes(name)) return value;
    if (perSecond.includes(name)) return { unit: powerOf(node, value) - 1 };
    if (counts.includes(name)) return { unit: 0 };
    // What is rounded to whole seconds is not so in another time.
    if (name === "round" && values.length === 1 && powerOf(node, value) === 0) return value;
    throw refuse(node, `the function ${name} cannot be scaled`);
  }

  const whole = partOf(tree.topNode);
  return { text: edited(expression, edits), unit: "unit" in whole ? whole.unit : 0 };
}

function isInstant(part: Part): boolean {
  return "unit" in part && part.unit === "instant";
}

const operands = new Set(
  (
    "AggregateExpr BinaryExpr FunctionCall MatrixSelector NumberDurationLiteral OffsetExpr ParenExpr StringLiteral " +
    "SubqueryExpr UnaryExpr VectorSelector StepInvariantExpr AnchoredExpr SmoothedExpr"
  ).split(" "),
);

/** The expressions that an expression is made of. */
function operandsOf(node: Node): readonly Node[] {
  const body = node.getChild("FunctionCallBody") ?? node;
  return childrenOf(body).filter(({ name }) => operands.has(name));
}

function childrenOf(node: Node): readonly Node[] {
  const children: Node[] = [];
  for (let child = node.firstChild; child !== null; child = child.nextSibling) children.push(child);
  return children;
}

function childOf(node: Node, name: string): Node {
  const child = node.getChild(name);
  if (child === null) throw new Error(`a ${node.name} cannot be scaled`);
  return child;
}

function placeOf({ from, to }: Node): Pick<Edit, "from" | "to"> {
  return { from, to };
}

/** From the last to the first, so that the places of the others hold. */
function edited(text: string, edits: readonly Edit[]): string {
  return edits
    .toSorted((a, b) => b.from - a.from)
    .reduce((result, { from, to, text: by }) => result.slice(0, from) + by + result.slice(to), text);
}
