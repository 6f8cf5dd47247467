import { constants, open } from "node:fs/promises";

import type { Environment } from "../postgres/naming/connection-environment.ts";
import { LARGEST_FILE_BYTES } from "./document.ts";
import type { ConfigIssue } from "./issue.ts";
import { parseConfig } from "./parse.ts";
import type { ConfigResult } from "./parse.ts";

class PipeError extends Error {}

/** Reads and checks the file at `path`; without a path, the environment alone. A file that cannot be read is an issue. */
export async function loadConfig(path: string | undefined, environment: Environment): Promise<ConfigResult> {
  if (path === undefined) return parseConfig(undefined, environment);
  const text = await readText(path).catch((error: unknown) => describeFailure(path, error));
  return typeof text === "string" ? parseConfig({ name: path, text }, environment) : { issues: [text] };
}

async function readText(path: string): Promise<string> {
  const bytes = await readStart(path);
  // What is too long is cut, perhaps within a character; that is not what is wrong with it.
  const stream = bytes.length > LARGEST_FILE_BYTES;
  return new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream });
}

/**
 * One byte more than is allowed at most, so that an endless file is refused too. A pipe is not waited for: each wait would hold
 * one of the few threads that all of Node's files share. Nor is it read, since it seems empty while nobody writes into it.
 */
async function readStart(path: string): Promise<Uint8Array> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  if ((await file.stat()).isFIFO()) {
    await file.close();
    throw new PipeError();
  }
  const chunks: Uint8Array[] = [];
  for await (const chunk of file.createReadStream({ end: LARGEST_FILE_BYTES })) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function describeFailure(source: string, error: unknown): ConfigIssue {
  const issue = { source, position: undefined, path: "", hint: undefined };
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (error instanceof PipeError) return { ...issue, expected: "a file that can be read", got: "a pipe" };
  if (code === "ERR_ENCODING_INVALID_ENCODED_DATA")
    return { ...issue, expected: "UTF-8 text", got: "other bytes" };
  return { ...issue, expected: "a file that can be read", got: reasons.get(code) ?? code };
}

const reasons: ReadonlyMap<string, string> = new Map([
  ["ENOENT", "no such file"],
  ["EACCES", "permission denied"],
  ["EISDIR", "a directory"],
]);
