import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, visit } from "yaml";
import type { Document, Node, Pair } from "yaml";

import { describeSyntaxError } from "./describe-syntax-error.ts";
import { formatPath } from "./issue.ts";
import type { ConfigIssue, Mistake, Path, Position } from "./issue.ts";
import { measureText } from "./measure-text.ts";

/** A configuration has a few kilobytes; what is larger is something else by mistake. */
export const LARGEST_FILE_BYTES = 1024 * 1024;
const DEEPEST_NESTING = 100;
/** A text of 1 MiB may have a million; these take some 30 MB and a third of a second. A server takes 20 to 40. */
const MOST_TOKENS = 50_000;
const MOST_ALIAS_USES = 100;

type Positioner = (offset: number) => Position;

/** What is wrong with the text itself. */
type SyntaxMistake = Omit<ConfigIssue, "source">;

/** The plain value of a YAML text, with the way back from a place in the value to a place in the text. */
export type ConfigDocument = {
  readonly value: unknown;
  readonly mistakes: readonly SyntaxMistake[];
  readonly positionOf: (path: Path, at: Mistake["at"]) => Position | undefined;
};

/**
 * Reads one YAML 1.2 document. Of what breaks the syntax only the first is told, because what follows it is
 * mostly its consequence, and the value is `undefined` then. Keys that are given twice are told all.
 */
export function readDocument(text: string): ConfigDocument {
  const refusal = refuseBeforeParsing(text);
  if (refusal !== undefined) return unreadable(refusal);
  const lineCounter = new LineCounter();
  // Finding equal keys is quadratic in the parser and linear below. Level "silent" would also hide second documents.
  const document = parseDocument(text, {
    lineCounter,
    prettyErrors: false,
    uniqueKeys: false,
    stringKeys: true,
    resolveKnownTags: false,
    schema: "core",
    logLevel: "error",
  });
  const positionAt: Positioner = (offset) => {
    const { line, col } = lineCounter.linePos(offset);
    return { line, column: col };
  };
  const broken = document.errors[0] ?? document.warnings[0];
  if (broken !== undefined) {
    const { got, hint } = describeSyntaxError(broken.code);
    return unreadable(mistakeAt(positionAt(broken.pos[0]), "YAML", got, hint));
  }
  const aliases = resolveAliases(document, positionAt);
  if ("mistake" in aliases) return unreadable(aliases.mistake);
  const positionOf = (path: Path, at: Mistake["at"]): Position | undefined => {
    const offset = offsetOf({ document, aliased: aliases.aliased }, path, at);
    return offset === undefined ? undefined : positionAt(offset);
  };
  try {
    const value: unknown = document.toJS({ maxAliasCount: MOST_ALIAS_USES });
    return { value, mistakes: findRepeatedKeys(document, positionAt), positionOf };
  } catch {
    // Only aliases of aliases make it throw here: each alias by itself has been resolved above.
    return unreadable(tooManyAliases);
  }
}

function unreadable(mistake: SyntaxMistake): ConfigDocument {
  return { value: undefined, mistakes: [mistake], positionOf: () => undefined };
}

function refuseBeforeParsing(text: string): SyntaxMistake | undefined {
  if (Buffer.byteLength(text) > LARGEST_FILE_BYTES) return mistakeAt(undefined, "at most 1 MiB", "more");
  const { tokens, nesting } = measureText(text, MOST_TOKENS);
  if (nesting > DEEPEST_NESTING)
    return mistakeAt(undefined, `YAML nested at most ${DEEPEST_NESTING} deep`, "more");
  if (tokens <= MOST_TOKENS) return undefined;
  return mistakeAt(undefined, `YAML of at most ${MOST_TOKENS} words and marks`, "more");
}

/** What each alias stands for. */
type Aliased = ReadonlyMap<unknown, Node>;

/** An alias that leads nowhere is refused, and so are too many of them: to resolve each one costs a walk through the document. */
function resolveAliases(
  document: Document,
  positionAt: Positioner,
): { readonly aliased: Aliased } | { readonly mistake: SyntaxMistake } {
  let mistake: SyntaxMistake | undefined;
  let uses = 0;
  const aliased = new Map<unknown, Node>();
  visit(document, {
    Alias(_, alias) {
      uses += 1;
      const node = uses > MOST_ALIAS_USES ? undefined : alias.resolve(document);
      if (node !== undefined) return void aliased.set(alias, node);
      const hint = "put a text that begins with * in quotes";
      mistake =
        uses > MOST_ALIAS_USES
          ? tooManyAliases
          : mistakeAt(positionAt(alias.range?.[0] ?? 0), "YAML", "an alias of nothing", hint);
      return visit.BREAK;
    },
  });
  return mistake === undefined ? { aliased } : { mistake };
}

const tooManyAliases = mistakeAt(
  undefined,
  `at most ${MOST_ALIAS_USES} uses of aliases`,
  "more",
  "write the values out",
);

function findRepeatedKeys(document: Document, positionAt: Positioner): readonly SyntaxMistake[] {
  const mistakes: SyntaxMistake[] = [];
  visit(document, {
    Map(_, map) {
      const lines = new Map<string, number>();
      for (const { key } of map.items) {
        if (!isScalar(key)) continue;
        const position = positionAt(key.range?.[0] ?? 0);
        const first = lines.get(String(key.value));
        lines.set(String(key.value), first ?? position.line);
        if (first === undefined) continue;
        const mistake = mistakeAt(position, "every key once", `one that is already in line ${first}`);
        mistakes.push({ ...mistake, path: formatPath([String(key.value)]) });
      }
    },
  });
  return mistakes;
}

function mistakeAt(
  position: Position | undefined,
  expected: string,
  got: string,
  hint?: string,
): SyntaxMistake {
  return { position, path: "", expected, got, hint };
}

/** Where a path stands in the text; the nearest parent that is there for a path that is not. */
function offsetOf(
  { document, aliased }: { readonly document: Document; readonly aliased: Aliased },
  path: Path,
  at: Mistake["at"],
): number | undefined {
  let node: unknown = document.contents;
  let offset = startOf(node);
  for (const [index, step] of path.entries()) {
    const container = isAlias(node) ? aliased.get(node) : node;
    if (isSeq(container)) {
      node = container.items[Number(step)];
    } else if (isMap(container)) {
      const pair = container.items.find(({ key }) => isScalar(key) && String(key.value) === step);
      if (pair === undefined) return offset;
      const wantsKey = index === path.length - 1 && at === "key";
      offset = startOf(pair.key) ?? offset;
      if (wantsKey || isEmpty(pair)) return offset;
      node = pair.value;
    }
    offset = startOf(node) ?? offset;
  }
  return offset;
}

function isEmpty(pair: Pair): boolean {
  return pair.value === null || (isScalar(pair.value) && pair.value.value === null);
}

function startOf(node: unknown): number | undefined {
  return isNodeWithRange(node) ? node.range[0] : undefined;
}

function isNodeWithRange(
  node: unknown,
): node is Node & { readonly range: readonly [number, number, number] } {
  return (isScalar(node) || isMap(node) || isSeq(node) || isAlias(node)) && Array.isArray(node.range);
}
