import type { ErrorCode } from "yaml";

/** What is wrong, and what to do. The parser's own messages are not used: they repeat the text they stumble over. */
const explanations: Readonly<Record<ErrorCode, readonly [got: string, hint?: string]>> = {
  ALIAS_PROPS: ["an alias with a tag or an anchor"],
  BAD_ALIAS: ["an alias without a name"],
  BAD_COLLECTION_TYPE: ["a tag that does not fit its value"],
  BAD_DIRECTIVE: ["an unknown % directive"],
  BAD_DQ_ESCAPE: ["an unknown \\ escape in a double-quoted text", "single quotes keep a backslash as it is"],
  BAD_INDENT: ["a line that is indented wrongly, or a bracket that is not closed"],
  BAD_PROP_ORDER: ["a tag or an anchor in the wrong place"],
  BAD_SCALAR_START: ["a text that begins with a reserved character", "put it in quotes"],
  BLOCK_AS_IMPLICIT_KEY: ["a key in the middle of a line", "put a text that contains ': ' in quotes"],
  BLOCK_IN_FLOW: ["an indented block within brackets"],
  DUPLICATE_KEY: ["the same key twice"],
  IMPOSSIBLE: ["text that cannot be read"],
  KEY_OVER_1024_CHARS: ["a key of more than 1024 characters"],
  MISSING_CHAR: ["a missing quote, colon, comma or space"],
  MULTILINE_IMPLICIT_KEY: ["a key without a colon, or one that goes over several lines"],
  MULTIPLE_ANCHORS: ["two anchors on one value"],
  MULTIPLE_DOCS: ["a second document", "remove the line ---"],
  MULTIPLE_TAGS: ["two tags on one value"],
  NON_STRING_KEY: ["a key that is no text"],
  RESOURCE_EXHAUSTION: ["text that is nested too deeply"],
  TAB_AS_INDENT: ["a tab", "indent with spaces"],
  TAG_RESOLVE_FAILED: ["a tag", "remove the word that begins with !"],
  UNEXPECTED_TOKEN: ["a character that cannot stand here", "put a text with special characters in quotes"],
};

/** The words for one of the parser's error codes. */
export function describeSyntaxError(code: ErrorCode): {
  readonly got: string;
  readonly hint: string | undefined;
} {
  const [got, hint] = explanations[code];
  return { got, hint };
}
