/** What a screen shows, from top to bottom. */
export type Screen = {
  readonly table: readonly string[];
  readonly sentences: readonly string[];
  readonly last: string;
};

/**
 * The lines that a terminal has room for: what it does not hold cannot be drawn over. The last line stays; the sentences
 * are wrapped and get up to half of the screen; the table is cut, on the right and below.
 */
export function fitScreen(
  { table, sentences, last }: Screen,
  { columns, rows }: { readonly columns: number; readonly rows: number },
): readonly string[] {
  const width = Math.max(1, columns - 1);
  const cut = (line: string): string => line.slice(0, width);
  const room = Math.max(0, rows - 2);
  const most = Math.min(room, Math.floor(rows / 2));
  const wrapped = sentences.flatMap((sentence) => wrap(sentence, width)).slice(0, most);
  return [...table.slice(0, room - wrapped.length).map(cut), ...wrapped, cut(last)];
}

/** At blanks, where there are any. */
function wrap(text: string, width: number): readonly string[] {
  const piece = new RegExp(String.raw`.{1,${width}}(?:\s+|$)|.{1,${width}}`, "gu");
  return (text.match(piece) ?? []).map((line) => line.trimEnd());
}
