import { parseConnectionString } from "../naming/connection-string.ts";
import { isSameTarget } from "../naming/connection-target.ts";
import { PostgresFailure } from "../failure.ts";
import { passfileRefusal, passwordFor, type PassfileKey } from "./passfile.ts";
import type { SecretSource } from "../settings.ts";
import { readSharedFile } from "../../shared-file.ts";
import { FileFailure } from "../../small-file.ts";

/** A password weighs less, and so does a password file with thousands of them. */
const LARGEST_BYTES = 1024 * 1024;

/** Which secret of a connection string is meant, and which entry of a password file. */
export type SecretUse = { readonly keyword: "password" | "sslpassword"; readonly key: PassfileKey };

/**
 * The secret as it is now: files are read anew each time. `undefined` where there is none. Throws a `PostgresFailure`
 * that names the file, and nothing of what is in it.
 */
export async function readSecret(source: SecretSource, use: SecretUse): Promise<string | undefined> {
  const secret = await read(source, use).catch((error: unknown) => {
    if (!(error instanceof FileFailure)) throw error;
    if (source.type === "passfile" && error.isAbsent) return undefined;
    throw new PostgresFailure("auth", `cannot read the ${use.keyword}: ${error.message}`, { cause: error });
  });
  return secret === "" ? undefined : secret;
}

/** Where a secret was looked for, for people; `undefined` where it is given itself, or nowhere. */
export function secretPath(source: SecretSource): string | undefined {
  return "path" in source ? source.path : undefined;
}

async function read(source: SecretSource, { keyword, key }: SecretUse): Promise<string | undefined> {
  if (source.type === "none") return undefined;
  if (source.type === "given") return source.secret;
  const { path } = source;
  const file = await readSharedFile(path, LARGEST_BYTES);
  const text = file.bytes.toString("utf8");
  if (source.type === "file") return text.trim();
  if (source.type === "passfile") {
    const refusal = passfileRefusal({ mode: file.stats.mode, isPlainFile: file.stats.isFile() });
    if (refusal !== undefined) throw new FileFailure(path, refusal);
    return passwordFor(text, key);
  }
  const parsed = parseConnectionString(text);
  if ("complaints" in parsed) throw new FileFailure(path, "it holds no connection string");
  if (isSameTarget(source.target, parsed.parts)) return parsed.parts[keyword];
  // The new secret is none for the server that we know, nor the old one for the new server.
  throw new FileFailure(
    path,
    "it names another server, role or sslmode than when it was read: reload the configuration",
  );
}
