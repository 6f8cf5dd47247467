/** What a piece of shown text stands for, as far as lists of values are concerned. */
export type PieceKind = "value" | "row" | "name" | "comma" | "open" | "close" | "cast" | "sign" | "other";

/** A piece of shown text. */
export type Piece = {
  readonly kind: PieceKind;
  readonly text: string;
  readonly isSpaced: boolean;
};

/**
 * Adds a piece to those before it and folds what they then come to: a list of values is one value, a list of rows one
 * row, a cast and a sign are part of their value. Changes `pieces`, which stay few however long the list is.
 */
export function addFolded(pieces: Piece[], piece: Piece): void {
  pieces.push(piece);
  while (foldTop(pieces)) continue;
}

function foldTop(pieces: Piece[]): boolean {
  const top = pieces.at(-1);
  const second = pieces.at(-2);
  if (top === undefined || second === undefined) return false;
  if (top.kind === "value") return foldValue(pieces, top, second);
  if (top.kind === "row") return second.kind === "comma" && foldList(pieces, "row", 2);
  if (top.kind === "close") return second.kind === "value" && foldRow(pieces, second);
  return top.kind === "name" && second.kind === "cast" && foldCast(pieces, top);
}

function foldValue(pieces: Piece[], top: Piece, second: Piece): boolean {
  if (second.kind === "value") return foldList(pieces, "value", 1);
  if (second.kind === "comma") return foldList(pieces, "value", 2);
  if (second.kind !== "sign" || !isBeforeOperand(pieces.at(-3))) return false;
  replaceLast(pieces, 2, { kind: "value", text: top.text, isSpaced: second.isSpaced });
  return true;
}

/** A sign here belongs to the number behind it; elsewhere it may subtract. */
function isBeforeOperand(piece: Piece | undefined): boolean {
  return piece === undefined || piece.kind === "comma" || piece.kind === "open" || piece.kind === "other";
}

/** `? , ?` → `?`, `(?), (?)` → `(?)`: drops the last pieces when a piece of the same kind stands before them. */
function foldList(pieces: Piece[], kind: "value" | "row", dropped: number): boolean {
  const first = pieces.at(-1 - dropped);
  if (first?.kind !== kind) return false;
  const isLiteral = !first.text.includes("$");
  replaceLast(pieces, 1 + dropped, isLiteral ? first : { ...first, text: first.text.replace(/\$\d+/, "?") });
  return true;
}

/** `( ? )` → `(?)`. */
function foldRow(pieces: Piece[], value: Piece): boolean {
  const open = pieces.at(-3);
  if (open?.kind !== "open") return false;
  replaceLast(pieces, 3, { kind: "row", text: `(${value.text})`, isSpaced: open.isSpaced });
  return true;
}

/** `? :: name` → `?::name`; of several casts the first one stays. */
function foldCast(pieces: Piece[], name: Piece): boolean {
  const value = pieces.at(-3);
  if (value?.kind !== "value") return false;
  const text = value.text.includes("::") ? value.text : `${value.text}::${name.text}`;
  replaceLast(pieces, 3, { kind: "value", text, isSpaced: value.isSpaced });
  return true;
}

function replaceLast(pieces: Piece[], count: number, piece: Piece): void {
  for (let popped = 0; popped < count; popped += 1) pieces.pop();
  pieces.push(piece);
}
