import { promisify } from "node:util";
import { gzip } from "node:zlib";

/** A body as it goes over the wire. */
export type Body = {
  readonly plain: Buffer;
  /** The same compressed, off the main thread. */
  gzipped(): Promise<Buffer>;
};

const compress = promisify(gzip);

/** Turns what is answered into bytes. A page is compressed once, however many ask for it, and forgotten with it. */
export function createBodies(): (body: string | Buffer) => Body {
  const compressed = new WeakMap<Buffer, Promise<Buffer>>();

  function gzippedPage(page: Buffer): Promise<Buffer> {
    const kept = compressed.get(page);
    if (kept !== undefined) return kept;
    const bytes = compress(page);
    compressed.set(page, bytes);
    return bytes;
  }

  return (body) => {
    if (typeof body !== "string") return { plain: body, gzipped: () => gzippedPage(body) };
    const plain = Buffer.from(body);
    return { plain, gzipped: () => compress(plain) };
  };
}
