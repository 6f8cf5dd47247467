import type { Mistake, Path, Position } from "./issue.ts";

/** Where something begins in a JSON text, and where what it holds does, by key or index. */
type Place = {
  readonly at: number;
  readonly keyAt: number | undefined;
  readonly held: ReadonlyMap<string, Place>;
};

/** The way from a place in a JSON value to the place in its text. */
export type JsonPlaces = {
  /** Where the text is no JSON any more; `undefined` where all of it is. */
  readonly brokenAt: Position | undefined;
  readonly positionOf: (path: Path, at: Mistake["at"]) => Position | undefined;
};

/** Nothing that makes sense here is nested deeper. */
const DEEPEST_NESTING = 100;

const blanks = /[ \t\n\r]*/uy;
const quoted = /"[ !#-[\]-\u{10ffff}]*(?:\\(?:["\\/bfnrt]|u[\dA-Fa-f]{4})[ !#-[\]-\u{10ffff}]*)*"/uy;
const plain = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/uy;

const nothing: Place["held"] = new Map();

/**
 * Walks through a text that `JSON.parse` has read or refused, which tells no places. The YAML parser would take a hundred times as
 * long, and takes more than JSON.
 */
export function jsonPlaces(json: string): JsonPlaces {
  const scanner = createScanner(json);
  const root = readValue(scanner, undefined, 0);
  const isWhole = root !== undefined && scanner.next() === json.length;
  const positionAt = createPositioner(json);
  return {
    brokenAt: isWhole ? undefined : positionAt(scanner.next()),
    positionOf(path, at) {
      if (root === undefined) return undefined;
      let place = root;
      for (const step of path) {
        const held = place.held.get(String(step));
        if (held === undefined) return positionAt(place.at);
        place = held;
      }
      return positionAt(at === "key" ? (place.keyAt ?? place.at) : place.at);
    },
  };
}

type Scanner = {
  /** Where the next thing begins, behind blanks. */
  next(): number;
  /** Steps over what the pattern matches next, and returns it. */
  take(pattern: RegExp): string | undefined;
  mark(character: string): boolean;
};

function createScanner(json: string): Scanner {
  let offset = 0;

  function take(pattern: RegExp): string | undefined {
    pattern.lastIndex = next();
    const found = pattern.exec(json)?.[0];
    offset += found?.length ?? 0;
    return found;
  }

  function next(): number {
    blanks.lastIndex = offset;
    offset += blanks.exec(json)?.[0].length ?? 0;
    return offset;
  }

  return {
    next,
    take,
    mark(character) {
      const isThere = json.charAt(next()) === character;
      if (isThere) offset += 1;
      return isThere;
    },
  };
}

/** `undefined` where the scanner is stuck. */
function readValue(scanner: Scanner, keyAt: number | undefined, depth: number): Place | undefined {
  const at = scanner.next();
  if (depth > DEEPEST_NESTING) return undefined;
  if (scanner.mark("[")) {
    const held = readAll(scanner, "]", (index) => [String(index), readValue(scanner, undefined, depth + 1)]);
    return held === undefined ? undefined : { at, keyAt, held };
  }
  if (scanner.mark("{")) {
    const held = readAll(scanner, "}", () => readPair(scanner, depth + 1));
    return held === undefined ? undefined : { at, keyAt, held };
  }
  const isScalar = scanner.take(quoted) !== undefined || scanner.take(plain) !== undefined;
  return isScalar ? { at, keyAt, held: nothing } : undefined;
}

type Pair = readonly [key: string, value: Place | undefined];

function readPair(scanner: Scanner, depth: number): Pair | undefined {
  const keyAt = scanner.next();
  const key = scanner.take(quoted);
  if (key === undefined || !scanner.mark(":")) return undefined;
  return [String(JSON.parse(key)), readValue(scanner, keyAt, depth)];
}

/** What stands before the bracket that ends it, with commas between. Of keys that are given twice the last one holds. */
function readAll(
  scanner: Scanner,
  end: string,
  readOne: (index: number) => Pair | undefined,
): Place["held"] | undefined {
  const held = new Map<string, Place>();
  if (scanner.mark(end)) return held;
  for (let index = 0; ; index += 1) {
    const [key, value] = readOne(index) ?? [];
    if (key === undefined || value === undefined) return undefined;
    held.set(key, value);
    if (!scanner.mark(",")) return scanner.mark(end) ? held : undefined;
  }
}

/** Places are asked for by the thousand: the lines are counted once. */
function createPositioner(text: string): (offset: number) => Position {
  const starts = [0];
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return (offset) => {
    let [line, beyond] = [0, starts.length];
    while (beyond - line > 1) {
      const middle = Math.floor((line + beyond) / 2);
      if ((starts[middle] ?? 0) <= offset) line = middle;
      else beyond = middle;
    }
    return { line: line + 1, column: offset - (starts[line] ?? 0) + 1 };
  };
}
