import { execFileSync } from "node:child_process";

/** Tests of the command line run what users run: the bundled program. Threads and processes of tests import compiled modules. */
export function setup(): void {
  const compile = ["node_modules/typescript/bin/tsc", "-p", "tsconfig.build.json"];
  for (const words of [compile, ["scripts/bundle.mjs"]])
    execFileSync(process.execPath, words, { stdio: "inherit" });
}
