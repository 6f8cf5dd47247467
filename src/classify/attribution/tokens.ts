export type TokenKind =
  | "space"
  | "line_comment"
  | "block_comment"
  | "string"
  | "number"
  | "parameter"
  | "word"
  | "quoted_identifier"
  | "symbol";

/** A piece of a statement, `[start, end)`. Every character of the text is in exactly one. */
export type Token = {
  readonly kind: TokenKind;
  readonly start: number;
  readonly end: number;
  /** False when the token reaches to the end of the text because nobody can tell where it stops. */
  readonly isComplete: boolean;
};

const TAB = 9;
const CARRIAGE_RETURN = 13;
const SPACE = 32;
const QUOTE = 39;
const DOUBLE_QUOTE = 34;
const ASTERISK = 42;
const SLASH = 47;
const BACKSLASH = 92;

/** What looks like a higher parameter may be money, or a card number, that lacks its quotes. */
const LAST_PARAMETER = 999;

/**
 * The tokens of a statement as `pg_stat_activity` shows it: cut off at any byte, whole, or no SQL at all. One pass.
 *
 * It reads as PostgreSQL's scanner does, of every major and whatever `standard_conforming_strings` is. Where these
 * disagree on which text is a literal, the rest of the statement is one incomplete string: what follows such a place
 * may be a literal to the server, and must not be taken for code. So it is where a literal touches a word or another
 * quote, as in `'O'Brien'`: the quotes were not doubled, and nobody knows which of them open and which close.
 */
export function* tokens(text: string): Generator<Token, void, undefined> {
  for (let at = 0; at < text.length;) {
    const token = tokenAt(text, at);
    yield token;
    at = token.end;
  }
}

function tokenAt(text: string, start: number): Token {
  const code = text.charCodeAt(start);
  if (isSpace(code)) return complete("space", start, skip(text, start, isSpace));
  if (isWordStart(code)) return prefixed(text, start) ?? word(text, start);
  if (isDigit(code)) return number(text, start);
  const character = text[start];
  if (character === "'") return plainString(text, start, start);
  if (character === '"') return quotedIdentifier(text, start, start);
  if (character === "$") return dollar(text, start);
  const next = text[start + 1];
  if (character === "." && isDigit(text.charCodeAt(start + 1))) return number(text, start);
  if (character === "-" && next === "-")
    return complete("line_comment", start, skip(text, start, isNotLineEnd));
  if (character === "/" && next === "*") return blockComment(text, start);
  return complete("symbol", start, character === ":" && next === ":" ? start + 2 : start + 1);
}

/** Literals and names that begin with a letter: `E'…'`, `B'…'`, `X'…'`, `N'…'`, `U&'…'`, `U&"…"`. */
function prefixed(text: string, start: number): Token | null {
  const letter = text[start]?.toLowerCase();
  const next = text[start + 1];
  if (next === "'" && letter === "e") return escapeString(text, start);
  if (next === "'" && (letter === "b" || letter === "x" || letter === "n"))
    return plainString(text, start, start + 1);
  if (next !== "&" || letter !== "u") return null;
  if (text[start + 2] === "'") return plainString(text, start, start + 2);
  return text[start + 2] === '"' ? quotedIdentifier(text, start, start + 2) : null;
}

/**
 * A string that ends at its next single quote, unless a backslash stands before that: with
 * `standard_conforming_strings` off, or where the string goes on with one of the `E'…'` kind, it does not end there.
 */
function plainString(text: string, start: number, open: number): Token {
  for (let from = open + 1; ;) {
    const quote = text.indexOf("'", from);
    if (quote === -1 || isEscaped(text, from, quote)) return toTheEnd("string", text, start);
    if (text.charCodeAt(quote + 1) !== QUOTE) return closed("string", text, start, quote + 1);
    from = quote + 2;
  }
}

function isEscaped(text: string, from: number, quote: number): boolean {
  let backslashes = 0;
  while (quote - backslashes > from && text.charCodeAt(quote - backslashes - 1) === BACKSLASH)
    backslashes += 1;
  return backslashes % 2 === 1;
}

function escapeString(text: string, start: number): Token {
  for (let at = start + 2; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === BACKSLASH) at += 1;
    else if (code === QUOTE && text.charCodeAt(at + 1) === QUOTE) at += 1;
    else if (code === QUOTE) return closed("string", text, start, at + 1);
  }
  return toTheEnd("string", text, start);
}

function quotedIdentifier(text: string, start: number, open: number): Token {
  for (let from = open + 1; ;) {
    const quote = text.indexOf('"', from);
    if (quote === -1) return toTheEnd("quoted_identifier", text, start);
    if (text[quote + 1] !== '"') return closed("quoted_identifier", text, start, quote + 1);
    from = quote + 2;
  }
}

/** `$1`, `$tag$…$tag$`, or a lone dollar. */
function dollar(text: string, start: number): Token {
  const digitsEnd = skip(text, start + 1, isDigit);
  if (digitsEnd > start + 1) {
    const isParameter = Number(text.slice(start + 1, digitsEnd)) <= LAST_PARAMETER;
    return isParameter ? complete("parameter", start, digitsEnd) : number(text, start);
  }
  const tagEnd = isWordStart(text.charCodeAt(start + 1)) ? skip(text, start + 1, isTagPart) : start + 1;
  if (text[tagEnd] !== "$") return complete("symbol", start, start + 1);
  const delimiter = text.slice(start, tagEnd + 1);
  const close = text.indexOf(delimiter, tagEnd + 1);
  return close === -1
    ? toTheEnd("string", text, start)
    : closed("string", text, start, close + delimiter.length);
}

/**
 * A number and every letter that touches it: which of them belong to it differs between the majors, and `1f3a-…` is an
 * identifier that somebody forgot to quote.
 */
function number(text: string, start: number): Token {
  let end = start + 1;
  for (; end < text.length; end += 1) {
    const code = text.charCodeAt(end);
    if (isTagPart(code) || text[end] === ".") continue;
    if (!isSign(text[end]) || text[end - 1]?.toLowerCase() !== "e" || !isDigit(text.charCodeAt(end + 1)))
      break;
  }
  return text[end] === "$" ? toTheEnd("string", text, start) : complete("number", start, end);
}

/** To the server a dollar within a word is part of it. Two of them are rather a dollar quote that lacks its space. */
function word(text: string, start: number): Token {
  const end = skip(text, start, isWordPart);
  let dollars = 0;
  for (let at = start; at < end; at += 1) if (text[at] === "$") dollars += 1;
  return dollars > 1 ? toTheEnd("string", text, start) : complete("word", start, end);
}

function blockComment(text: string, start: number): Token {
  let depth = 1;
  for (let at = start + 2; at < text.length - 1; at += 1) {
    const code = text.charCodeAt(at);
    const next = text.charCodeAt(at + 1);
    if (code === SLASH && next === ASTERISK) depth += 1;
    else if (code === ASTERISK && next === SLASH) depth -= 1;
    else continue;
    at += 1;
    if (depth === 0) return complete("block_comment", start, at + 1);
  }
  return toTheEnd("block_comment", text, start);
}

/** Valid SQL may leave out the space, too (`'a'AND`). It is rare, and what it costs is only the rest of the statement. */
function closed(kind: TokenKind, text: string, start: number, end: number): Token {
  const next = text.charCodeAt(end);
  const isBroken = isWordPart(next) || next === QUOTE || next === DOUBLE_QUOTE;
  return isBroken ? toTheEnd(kind, text, start) : complete(kind, start, end);
}

function complete(kind: TokenKind, start: number, end: number): Token {
  return { kind, start, end, isComplete: true };
}

function toTheEnd(kind: TokenKind, text: string, start: number): Token {
  return { kind, start, end: text.length, isComplete: false };
}

function skip(text: string, from: number, isPart: (code: number) => boolean): number {
  let at = from;
  while (at < text.length && isPart(text.charCodeAt(at))) at += 1;
  return at;
}

function isSpace(code: number): boolean {
  return code === SPACE || (code >= TAB && code <= CARRIAGE_RETURN);
}

function isNotLineEnd(code: number): boolean {
  return code !== 10 && code !== CARRIAGE_RETURN;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

function isSign(character: string | undefined): boolean {
  return character === "+" || character === "-";
}

/** To PostgreSQL every character beyond ASCII is a letter, a no-break space as well. */
function isWordStart(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95 || code >= 128;
}

function isTagPart(code: number): boolean {
  return isWordStart(code) || isDigit(code);
}

function isWordPart(code: number): boolean {
  return isTagPart(code) || code === 36;
}
