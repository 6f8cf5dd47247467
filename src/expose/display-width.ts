/** Letters of East Asia and most emoji take two columns of a terminal: the ranges of Unicode's EastAsianWidth. */
const wide =
  /[\p{Emoji_Presentation}\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{16fe0}-\u{18cff}\u{1aff0}-\u{1b2ff}\u{20000}-\u{3fffd}]/u;

/** Accents and the like stand above the letter before them, but U+FE0F makes an emoji of it, which is wider. */
const combining = /(?!\ufe0f)[\p{Mn}\p{Me}]/u;

/** No letter of a living language has more of them in everyday spelling. */
const heaped = /((?:(?!\ufe0f)[\p{Mn}\p{Me}]){2})(?:(?!\ufe0f)[\p{Mn}\p{Me}])+/gu;

/** A text with at most two marks on each letter: they take no column, and a heap of them covers the rows around. */
export function withFewMarks(text: string): string {
  return text.replace(heaped, "$1");
}

/** How many columns of a terminal a printable text takes. */
export function displayWidth(text: string): number {
  return Array.from(text).reduce((columns, character) => columns + widthOf(character), 0);
}

/** As much of a text, from its beginning, as these columns hold. */
export function cutToWidth(text: string, columns: number): string {
  let room = columns;
  const kept = Array.from(text).findIndex((character) => (room -= widthOf(character)) < 0);
  return kept === -1 ? text : Array.from(text).slice(0, kept).join("");
}

/** A text in at most so many columns, with few marks; what is cut ends with `…`. */
export function fitted(text: string, columns: number): string {
  const plain = withFewMarks(text);
  return displayWidth(plain) > columns ? `${cutToWidth(plain, columns - 1)}…` : plain;
}

function widthOf(character: string): number {
  if (combining.test(character)) return 0;
  return wide.test(character) ? 2 : 1;
}
