import { createHash } from "node:crypto";

import { FileFailure, readSmallFile } from "../../small-file.ts";

/** No certificate and no configuration is larger. */
const LARGEST_BYTES = 1024 * 1024;

/** What a file holds, or why it cannot be read. */
export type FileContent = { readonly text: string } | { readonly failure: string };

/** A file, and a digest that is another one when it holds something else. */
export type DigestedFile = { readonly content: FileContent; readonly digest: string };

/** Reads a small file of text. Only a disk that hangs makes it wait. */
export async function readDigested(path: string): Promise<DigestedFile> {
  try {
    const { bytes } = await readSmallFile(path, LARGEST_BYTES);
    const digest = createHash("sha256").update(bytes).digest("base64");
    return { content: { text: bytes.toString() }, digest };
  } catch (error) {
    if (!(error instanceof FileFailure)) throw error;
    return { content: { failure: `none: ${error.why}` }, digest: error.why };
  }
}
