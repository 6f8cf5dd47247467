import { spawn } from "node:child_process";
import { Socket } from "node:net";

/**
 * Waits on a pipe that the kernel closes when we die, then ends the server in folder $1 and removes the folder.
 * A pid may have been given to another process since, and a zombie still answers to signals: the command line tells.
 */
const script = `
read -r _
folder=$1
pid=$(head -n 1 "$folder/data/postmaster.pid")
is_ours() { grep -qF "$folder" "/proc/$pid/cmdline"; }
is_ours && kill -QUIT "$pid"
while is_ours; do sleep 0.1; done
rm -rf "$folder"`;

/**
 * Sees to it that neither server nor folder outlives this process, not even when it is killed by SIGKILL.
 * The returned function carries the will out at once.
 */
export function writeLastWill(folder: string): () => void {
  // Detached, so that what ends us (Ctrl-C, a signal to our group) does not end our executor first.
  const executor = spawn("/bin/sh", ["-c", script, "last-will", folder], {
    cwd: "/",
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  executor.unref();
  if (executor.stdin instanceof Socket) {
    executor.stdin.unref();
  }
  return () => executor.stdin.end();
}
