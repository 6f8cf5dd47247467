import { CST, Lexer } from "yaml";

/** What a YAML text would take to parse. */
export type Measured = {
  /** The smallest parts of the text: words, brackets, spaces, line ends. */
  readonly tokens: number;
  /** An upper bound of how deep it nests. */
  readonly nesting: number;
};

/**
 * Measures a YAML text without recursion, and no further than one token above the limit. The parser recurses, and Node dies, rather
 * than throws, when the stack ends inside a regular expression; and it takes a kilobyte of memory for a token of two bytes. So a text
 * must be measured before it is parsed.
 */
export function measureText(text: string, mostTokens: number): Measured {
  let [tokens, nesting, indicators] = [0, 0, 0];
  /** The indicators in front of each bracket that is open. */
  const brackets: number[] = [];
  let isLineStart = true;
  for (const token of new Lexer().lex(text)) {
    tokens += 1;
    if (tokens > mostTokens) break;
    const type = CST.tokenType(token);
    if (type === "newline") {
      [indicators, isLineStart] = [0, true];
      continue;
    }
    if (type === "space" && isLineStart) indicators = token.length;
    isLineStart = false;
    if (type === "flow-seq-start" || type === "flow-map-start") brackets.push(indicators);
    if (type === "comma") indicators = brackets.at(-1) ?? indicators;
    if (type === "flow-seq-end" || type === "flow-map-end") indicators = brackets.pop() ?? indicators;
    if (type === "seq-item-ind" || type === "explicit-key-ind" || type === "map-value-ind") indicators += 1;
    nesting = Math.max(nesting, brackets.length + indicators);
  }
  return { tokens, nesting };
}
