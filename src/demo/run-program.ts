import { execFile } from "node:child_process";

import type { UnixUser } from "./unprivileged-user.ts";

/** Runs a program to its end, as `user` when one is given; its failure carries what it printed. */
export function runProgram(
  program: string,
  args: readonly string[],
  user: UnixUser | undefined,
): Promise<void> {
  // From "/": another user may not be allowed to enter the folder we were started in.
  const options = { cwd: "/", timeout: 120_000, ...(user && { uid: user.uid, gid: user.gid }) };
  return new Promise((resolve, reject) => {
    execFile(program, args, options, (error, stdout, stderr) => {
      if (error === null) {
        resolve();
      } else {
        reject(new Error(`${program} failed: ${stderr || stdout || error.message}`, { cause: error }));
      }
    });
  });
}
