import { parser } from "@prometheus-io/lezer-promql";

import { scaledDuration, scaledNumber } from "./scale-duration.ts";
import { unitOfMetric, type TimeUnit } from "./time-unit.ts";

type Node = ReturnType<typeof parser.parse>["topNode"];
type Edit = { readonly from: number; readonly to: number; readonly text: string };

/** A part of an expression: its unit, or the numbers that it is made of, which take theirs from what they meet. */
type Part = { readonly unit: TimeUnit } | { readonly numbers: readonly Node[] };

/** An expression that is being scaled, and what is to be changed in it so far. */
type Work = {
  readonly expression: string;
  readonly factor: number;
  readonly recorded: Recorded;
  readonly edits: Edit[];
};

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
  "label_replace",
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
  const work: Work = { expression, factor, recorded, edits: [] };
  const tree = parser.parse(expression);
  tree.iterate({
    enter({ node }) {
      if (node.type.isError) throw new Error(`not understood: ${expression}`);
      if (node.name === "NumberDurationLiteralInDurationContext")
        work.edits.push({ ...placeOf(node), text: scaledDuration(textOf(work, node), factor) });
    },
  });
  const whole = partOf(work, tree.topNode);
  return { text: edited(expression, work.edits), unit: "unit" in whole ? whole.unit : 0 };
}

function textOf(work: Work, { from, to }: Node): string {
  return work.expression.slice(from, to);
}

function refuse(work: Work, node: Node, why: string): Error {
  return new Error(`${why}: "${textOf(work, node)}" in ${work.expression}`);
}

function partOf(work: Work, node: Node): Part {
  const [first, second] = operandsOf(node);
  if (node.name === "NumberDurationLiteral") return { numbers: [node] };
  if (node.name === "StringLiteral") return { numbers: [] };
  if (node.name === "VectorSelector") return { unit: unitOfSelector(work, node) };
  if (first === undefined) return functionPart(work, node);
  if (
    ["PromQL", "ParenExpr", "MatrixSelector", "SubqueryExpr", "OffsetExpr", "UnaryExpr"].includes(node.name)
  )
    return partOf(work, first);
  if (node.name === "AggregateExpr") return aggregatePart(work, node);
  if (node.name === "FunctionCall") return functionPart(work, node);
  if (node.name === "BinaryExpr" && second !== undefined)
    return binaryPart(work, node, partOf(work, first), partOf(work, second));
  throw refuse(work, node, `a ${node.name} cannot be scaled`);
}

function unitOfSelector(work: Work, node: Node): TimeUnit {
  const name = node.getChild("Identifier");
  if (name === null) throw refuse(work, node, "the metric has no name");
  if (/[{,]\s*le\s*[=!]/.test(textOf(work, node)))
    throw refuse(work, node, "a bound in a label cannot be scaled");
  return work.recorded.get(textOf(work, name)) ?? unitOfMetric(textOf(work, name));
}

function binaryPart(work: Work, node: Node, left: Part, right: Part): Part {
  const names = childrenOf(node).map(({ name }) => name);
  if (names.includes("And") || names.includes("Unless")) return left;
  if (names.includes("Or") && "unit" in left && "unit" in right && left.unit !== right.unit)
    return { unit: "mixed units" };
  if (names.includes("BoolModifier")) return (alike(work, node, [left, right]), { unit: 0 });
  if (names.includes("Sub") && isInstant(left) && isInstant(right)) return { unit: 1 };
  if (names.some((name) => arithmetic.includes(name))) return alike(work, node, [left, right]);
  if ("numbers" in left && "numbers" in right) throw refuse(work, node, "two numbers might be anything");
  if (names.includes("Mul")) return { unit: powerOf(work, node, left) + powerOf(work, node, right) };
  if (names.includes("Div")) return { unit: powerOf(work, node, left) - powerOf(work, node, right) };
  throw refuse(work, node, "the operator cannot be scaled");
}

/** In a product a number is a mere factor. */
function powerOf(work: Work, node: Node, part: Part): number {
  if ("numbers" in part) return 0;
  if (typeof part.unit === "string") throw refuse(work, node, `of ${part.unit} nothing can be reckoned`);
  return part.unit;
}

/** All of these are of one unit, and so are the numbers among them. */
function alike(work: Work, node: Node, parts: readonly Part[]): Part {
  const numbers = parts.flatMap((part) => ("numbers" in part ? part.numbers : []));
  const units = [...new Set(parts.flatMap((part) => ("unit" in part ? [part.unit] : [])))];
  const [unit, other] = units;
  if (unit === undefined) return { numbers };
  if (other !== undefined) throw refuse(work, node, "different units meet");
  for (const number of numbers)
    work.edits.push({ ...placeOf(number), text: scaledLiteral(work, number, unit) });
  return { unit };
}

function scaledLiteral(work: Work, node: Node, unit: TimeUnit): string {
  // An instant of 0 says that something never was, at any speed.
  if (unit === "an instant" && Number(textOf(work, node)) === 0) return textOf(work, node);
  if (typeof unit === "string") throw refuse(work, node, `of ${unit} nothing can be reckoned`);
  return scaledNumber(textOf(work, node), work.factor ** -unit);
}

function aggregatePart(work: Work, node: Node): Part {
  const name = textOf(work, childOf(node, "AggregateOp"));
  const values = operandsOf(node).map((operand) => partOf(work, operand));
  if (sameAggregates.includes(name) && values.length === 1) return values[0] ?? { unit: 0 };
  if (["topk", "bottomk"].includes(name) && values.length === 2) return values[1] ?? { unit: 0 };
  if (["count", "group"].includes(name)) return { unit: 0 };
  throw refuse(work, node, `the aggregation ${name} cannot be scaled`);
}

function functionPart(work: Work, node: Node): Part {
  const name = textOf(work, childOf(node, "FunctionIdentifier"));
  const values = operandsOf(node).map((operand) => partOf(work, operand));
  const [value] = values;
  if (name === "time") return { unit: "an instant" };
  if (value === undefined) throw refuse(work, node, `the function ${name} cannot be scaled`);
  if (sameForAll.includes(name)) return alike(work, node, values);
  if (sameAsFirst.includes(name)) return value;
  if (perSecond.includes(name)) return { unit: powerOf(work, node, value) - 1 };
  if (counts.includes(name)) return { unit: 0 };
  // What is rounded to whole seconds is not so in another time.
  if (name === "round" && values.length === 1 && powerOf(work, node, value) === 0) return value;
  throw refuse(work, node, `the function ${name} cannot be scaled`);
}

function isInstant(part: Part): boolean {
  return "unit" in part && part.unit === "an instant";
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
