/** Follows the messages of one direction of a connection, however they are cut into chunks. */
export type MessageWalker = {
  /** The types of the messages whose header is now complete, a letter each; the first of a client has none and is left out. */
  walk(chunk: Uint8Array): string;
};

/** `startsUntyped`: a client begins with a message that has a length, but no type. */
export function createMessageWalker(startsUntyped: boolean): MessageWalker {
  let header: number[] = [];
  let hasType = !startsUntyped;
  let toSkip = 0;
  return {
    walk(chunk) {
      let types = "";
      let at = 0;
      while (at < chunk.length) {
        if (toSkip > 0) {
          const skipped = Math.min(toSkip, chunk.length - at);
          toSkip -= skipped;
          at += skipped;
          continue;
        }
        header.push(chunk[at] ?? 0);
        at += 1;
        if (header.length < (hasType ? 5 : 4)) continue;
        const bytes = Buffer.from(header);
        // The length counts its own four bytes.
        toSkip = bytes.readUInt32BE(hasType ? 1 : 0) - 4;
        if (hasType) types += String.fromCharCode(bytes[0] ?? 0);
        [header, hasType] = [[], true];
      }
      return types;
    },
  };
}
