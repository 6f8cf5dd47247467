import { printable } from "../printable.ts";
import { writtenDuration } from "./setting-value.ts";

/**
 * The statement that gives a role the timeout, for somebody to run who wants it: nothing here runs it. The name of the role
 * is untrusted.
 */
export function alterRole(role: string, seconds: number): string {
  return `ALTER ROLE ${quotedName(role)} SET idle_in_transaction_session_timeout = '${writtenDuration(seconds)}';`;
}

/** As an identifier of SQL; characters that could rewrite a terminal are escaped so that PostgreSQL still reads them. */
function quotedName(name: string): string {
  const quoted = `"${name.replaceAll('"', '""')}"`;
  if (printable(name) === name) return quoted;
  const escaped = quoted.replaceAll("\\", "\\\\").replaceAll(/./gsu, (character) => {
    if (printable(character) === character) return character;
    return `\\+${(character.codePointAt(0) ?? 0).toString(16).padStart(6, "0")}`;
  });
  return `U&${escaped}`;
}
