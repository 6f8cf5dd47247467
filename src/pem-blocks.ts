/**
 * The blocks of a PEM text with this label, each from its first line to its last. In linear time, whatever the text holds: a
 * regular expression would look for the end anew at every beginning.
 */
export function pemBlocks(text: string, label: string): readonly string[] {
  const [first, last] = [`-----BEGIN ${label}-----`, `-----END ${label}-----`];
  const blocks: string[] = [];
  let at = 0;
  for (;;) {
    const begin = text.indexOf(first, at);
    const end = begin === -1 ? -1 : text.indexOf(last, begin);
    if (end === -1) return blocks;
    at = end + last.length;
    blocks.push(text.slice(begin, at));
  }
}
