import { addFolded, type Piece, type PieceKind } from "./fold.ts";
import { beginning, placeAfter } from "./operand.ts";
import { tokens, type Token } from "./tokens.ts";

const MAX_LENGTH = 200;

/**
 * A statement without its literals, to show to people: each is a `?`, a list of them one `?`, comments are gone, white
 * space is folded. It ends with `…` when there is more than it shows. Names stay, so it is untrusted text still; but one
 * in double quotes that stands where a value is expected, and names no part of another, is taken for a literal.
 */
export function redact(text: string, maxLength: number = MAX_LENGTH): string {
  const pieces: Piece[] = [];
  let isSpaced = false;
  let isCut = false;
  let assigning: Assigning = "start";
  // Where there are none, nobody needs to know the place, and following it costs a quarter more.
  const hasQuotedNames = text.includes('"');
  let place = beginning;
  for (const token of tokens(text)) {
    isCut ||= !token.isComplete;
    const shown = shownAs(text, token, maxLength);
    if (shown === null) {
      isSpaced = pieces.length > 0;
      continue;
    }
    const isQuotedValue =
      place.next === "value" && token.kind === "quoted_identifier" && text[token.end] !== ".";
    const isAssigned = assigning === "value" && shown.kind === "name";
    const { kind, text: source } = isAssigned || isQuotedValue ? value : shown;
    assigning = assign(assigning, shown);
    if (hasQuotedNames) place = placeAfter(place, shown.text);
    addFolded(pieces, { kind, text: source, isSpaced });
    isSpaced = false;
    // Folding takes from the end only: what is this far past the bound stays past it.
    if (pieces.length > 2 * maxLength) break;
  }
  const texts = pieces.map((piece) => (piece.isSpaced ? ` ${piece.text}` : piece.text));
  return fitted(isCut ? [...texts, "…"] : texts, maxLength);
}

type Shown = { readonly kind: PieceKind; readonly text: string };

const value: Shown = { kind: "value", text: "?" };

/** `null` for what only separates, and for a name that is cut off. */
function shownAs(text: string, { kind, start, end, isComplete }: Token, maxLength: number): Shown | null {
  if (kind === "space" || kind === "line_comment" || kind === "block_comment") return null;
  if (kind === "string" || kind === "number") return value;
  if (kind === "quoted_identifier" && !isComplete) return null;
  // Nothing longer is ever shown.
  const source = text.slice(start, Math.min(end, start + maxLength + 1));
  if (kind === "parameter") return { kind: "value", text: source };
  if (kind === "symbol") return symbols[source] ?? { kind: "other", text: harmless(source) };
  return { kind: "name", text: harmless(source) };
}

const symbols: Readonly<Record<string, Shown>> = {
  ",": { kind: "comma", text: "," },
  "(": { kind: "open", text: "(" },
  ")": { kind: "close", text: ")" },
  "::": { kind: "cast", text: "::" },
  "+": { kind: "sign", text: "+" },
  "-": { kind: "sign", text: "-" },
};

/** Where in `SET name = value` or `ALTER … SET name TO value` we are: the value may be a bare word. */
type Assigning = "start" | "alter" | "set" | "value" | "none";

function assign(before: Assigning, { kind, text }: Shown): Assigning {
  if (text === ";") return "start";
  if (before === "none" || before === "value") return before;
  const word = kind === "name" ? text.toLowerCase() : text;
  if (before === "set") return word === "=" || word === "to" ? "value" : "set";
  if (word === "set" || word === "alter") return word;
  return before === "start" ? "none" : "alter";
}

/** What steers a terminal may stand in a name. */
function harmless(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, "\ufffd");
}

/** Whole pieces only: half a name would name something else. */
function fitted(texts: readonly string[], maxLength: number): string {
  const whole = texts.join("");
  if (whole.length <= maxLength) return whole;
  let shown = "";
  for (const text of texts) {
    if (shown.length + text.length >= maxLength) break;
    shown += text;
  }
  return `${shown}…`;
}
