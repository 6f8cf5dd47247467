/** What belongs to a request of what came, and what comes behind it. */
export type Cut = { readonly request: Buffer; readonly rest: Buffer; readonly isWhole: boolean };

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;

/** Cuts bytes behind the empty line that ends a request. `before` are the last bytes of the request that came earlier; empty at its start. */
export function cutRequest(before: Buffer, bytes: Buffer): Cut {
  // Empty lines in front of a request are nothing.
  const start = before.length === 0 ? firstOther(bytes) : 0;
  const all = Buffer.concat([before, bytes.subarray(start)]);
  const ends = ["\n\r\n", "\n\n"].flatMap((end) => {
    const index = all.indexOf(end);
    return index < 0 ? [] : [index + end.length];
  });
  const isWhole = ends.length > 0;
  const end = isWhole ? Math.min(...ends) : all.length;
  return { request: all.subarray(before.length, end), rest: all.subarray(end), isWhole };
}

function firstOther(bytes: Buffer): number {
  const index = bytes.findIndex((byte) => byte !== LINE_FEED && byte !== CARRIAGE_RETURN);
  return index < 0 ? bytes.length : index;
}
