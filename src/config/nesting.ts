import { CST, Lexer } from "yaml";

/**
 * An upper bound of how deep a YAML text nests, without recursion. The parser recurses, and Node dies, rather
 * than throws, when the stack ends inside a regular expression: a text must be measured before it is parsed.
 */
export function nestingBound(text: string): number {
  let [deepest, brackets, indicators] = [0, 0, 0];
  let isLineStart = true;
  for (const token of new Lexer().lex(text)) {
    const type = CST.tokenType(token);
    if (type === "newline") {
      [indicators, isLineStart] = [0, true];
      continue;
    }
    if (type === "space" && isLineStart) indicators = token.length;
    isLineStart = false;
    if (type === "flow-seq-start" || type === "flow-map-start") brackets += 1;
    if (type === "flow-seq-end" || type === "flow-map-end") brackets -= 1;
    if (type === "seq-item-ind" || type === "explicit-key-ind" || type === "map-value-ind") indicators += 1;
    deepest = Math.max(deepest, brackets + indicators);
  }
  return deepest;
}
