import { lstat, readFile, symlink } from "node:fs/promises";
import { dirname, join, relative } from "node:path";

import { runProgram } from "./run-program.ts";
import type { UnixUser } from "./unprivileged-user.ts";

/**
 * Makes the programs of a package usable and returns the folder they are in: the package itself, or a copy below
 * `folder` when another user must run them (who may not enter our clone) or when library links are missing.
 */
export async function placePrograms(
  packageRoot: string,
  folder: string,
  user: UnixUser | undefined,
): Promise<string> {
  const missing = await missingLinks(packageRoot);
  if (user === undefined && missing.length === 0) {
    return join(packageRoot, "native", "bin");
  }
  await runProgram("cp", ["-R", join(packageRoot, "native"), folder], undefined);
  for (const { source, target } of missing) {
    await symlink(relative(dirname(target), source), join(folder, target));
  }
  // The clone may have been made under a strict umask.
  await runProgram("chmod", ["-R", "u=rwX,go=rX", join(folder, "native")], undefined);
  return join(folder, "native", "bin");
}

type Link = { readonly source: string; readonly target: string };

/** npm packages cannot hold links: a postinstall script makes them, unless npm was told to run no scripts. */
async function missingLinks(packageRoot: string): Promise<readonly Link[]> {
  const text = await readFile(join(packageRoot, "native", "pg-symlinks.json"), "utf8");
  const links: readonly Link[] = JSON.parse(text);
  const present = await Promise.all(links.map(({ target }) => exists(join(packageRoot, target))));
  return links.filter((_, index) => present[index] !== true);
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
