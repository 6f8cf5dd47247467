/** Takes text, bit by bit, and gives it back as bytes. */
export type ByteSink = { readonly write: (text: string) => void; readonly bytes: () => Buffer };

/** So much text becomes bytes at once: that of megabytes would hold up everything else for a tenth of a second. */
const PART_CHARACTERS = 64 * 1024;

export function createByteSink(): ByteSink {
  const parts: Buffer[] = [];
  let text = "";
  const encode = (): void => {
    parts.push(Buffer.from(text));
    text = "";
  };
  return {
    write(more) {
      text += more;
      if (text.length >= PART_CHARACTERS) encode();
    },
    bytes() {
      encode();
      return Buffer.concat(parts);
    },
  };
}
