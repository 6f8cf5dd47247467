import { readFile } from "node:fs/promises";

/** An account to run a program under. */
export type UnixUser = { readonly name: string; readonly uid: number; readonly gid: number };

/**
 * Who the server must run as: PostgreSQL refuses root, and initdb wants a passwd entry for its uid.
 * `undefined` when we are not root: then it runs as ourselves.
 */
export async function unprivilegedUser(): Promise<UnixUser | undefined> {
  if (process.getuid?.() !== 0) {
    return undefined;
  }
  const users = (await readFile("/etc/passwd", "utf8")).split("\n").flatMap(parseEntry);
  const user = users.find(({ name }) => name === "postgres") ?? users.find(({ name }) => name === "nobody");
  if (user === undefined) {
    throw new Error(
      "PostgreSQL does not run as root, and /etc/passwd has neither a user postgres nor nobody: run as a normal user",
    );
  }
  return user;
}

function parseEntry(line: string): UnixUser[] {
  const [name, , uid, gid] = line.split(":");
  const user = { name: name ?? "", uid: Number(uid), gid: Number(gid) };
  return Number.isInteger(user.uid) && user.uid > 0 && Number.isInteger(user.gid) ? [user] : [];
}
