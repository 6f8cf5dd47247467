#!/usr/bin/env node
import { readFile } from "node:fs/promises";
import { homedir, userInfo } from "node:os";
import { run } from "./commands/run.ts";
import type { Runtime } from "./commands/runtime.ts";
import { takeVariables } from "./commands/take-variables.ts";

/** How long what was written last may take to reach a slow reader, once there is nothing else left to do. */
const LAST_WORDS_MS = 1000;

// Whoever reads us may have read enough (`| head`): then there is nothing left to do, and nothing to complain of.
process.stdout.on("error", (error) => process.exit("code" in error && error.code === "EPIPE" ? 0 : 1));

void runToEnd();

async function runToEnd(): Promise<void> {
  process.exitCode = await runWords().catch((error: unknown) => {
    process.stderr.write(`pgleash: ${reasonOf(error)}\n`);
    return 1;
  });
  // Only a log that nobody reads, or a disk that hangs, can still hold us here.
  setTimeout(() => process.exit(), LAST_WORDS_MS).unref();
}

/** What is loaded only when it is needed may have been lost since. Node.js goes on with a stack of modules, line by line. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const isLost = "code" in error && /^(?:ERR_)?MODULE_NOT_FOUND$/.test(String(error.code));
  return isLost
    ? `a part of the program cannot be loaded: ${error.message.split("\n", 1)[0]}`
    : error.message;
}

async function runWords(): Promise<number> {
  const runtime: Runtime = {
    variables: takeVariables(process.env),
    osUser: orUnknown(() => userInfo().username),
    homeFolder: orUnknown(homedir),
    versions: { pgleash: await ownVersion(), node: process.versions.node },
    write: (text) => void process.stdout.write(text),
    writeError: (text) => void process.stderr.write(text),
    terminal() {
      const { isTTY, columns, rows } = process.stdout;
      return isTTY ? { columns, rows } : undefined;
    },
    onSignal(signal, callback) {
      process.on(signal, callback);
      return () => void process.off(signal, callback);
    },
    exit: (code) => process.exit(code),
  };
  return run(runtime, process.argv.slice(2));
}

/** A container's user id often has no name; the operating system then throws. */
function orUnknown(ask: () => string): string | undefined {
  try {
    return ask() || undefined;
  } catch {
    return undefined;
  }
}

/** `package.json` lies beside `dist/`, in the package as in the clone. */
async function ownVersion(): Promise<string> {
  const manifest: unknown = JSON.parse(await readFile(new URL("../package.json", import.meta.url), "utf8"));
  const isManifest = typeof manifest === "object" && manifest !== null && "version" in manifest;
  return isManifest ? String(manifest.version) : "unknown";
}
