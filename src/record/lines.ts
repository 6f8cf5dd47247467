import { createReadStream } from "node:fs";

/** A line of a file, counted from 1; `text` is `null` for one that is too long to be read. */
export type Line = { readonly number: number; readonly text: string | null };

/** The largest look that a server with a thousand candidates and groups gives is a tenth of it. */
const LONGEST_LINE_BYTES = 32 * 1024 * 1024;

const LINE_FEED = 10;

/** The lines of a file, one after the other: it may be larger than the memory. Rejects when it cannot be read. */
export async function* linesOf(
  path: string,
  longestBytes = LONGEST_LINE_BYTES,
): AsyncGenerator<Line, void, undefined> {
  let number = 1;
  let parts: Buffer[] = [];
  let length = 0;

  function add(bytes: Buffer): void {
    length += bytes.length;
    if (length > longestBytes) parts = [];
    else parts.push(bytes);
  }

  function taken(): Line {
    const line = { number, text: length > longestBytes ? null : Buffer.concat(parts).toString() };
    number += 1;
    parts = [];
    length = 0;
    return line;
  }

  const chunks: AsyncIterable<Buffer> = createReadStream(path);
  for await (const chunk of chunks) {
    let from = 0;
    for (let at = chunk.indexOf(LINE_FEED); at !== -1; at = chunk.indexOf(LINE_FEED, from)) {
      add(chunk.subarray(from, at));
      yield taken();
      from = at + 1;
    }
    add(chunk.subarray(from));
  }
  if (length > 0) yield taken();
}
