// Makes `dist/`, which is all that is shipped: the program, the packages it uses, and what their licences ask for.
import { existsSync } from "node:fs";
import { chmod, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

import { bundledPackages, licencesText, softwareBill } from "./third-party.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const dist = join(root, "dist");

/** Each is started or imported by its path; the names of threads are those by which `new URL()` finds them. */
const entries = {
  main: "src/main.ts",
  "target-thread": "src/discover/target-thread.ts",
  "passwords/password-thread": "src/web/passwords/password-thread.ts",
  // The application of the demo stack imports them.
  "demo/create-shop": "src/demo/create-shop.ts",
  "demo/order-service": "src/demo/order-service.ts",
};

await rm(dist, { recursive: true, force: true });
const bundle = await rolldown({
  input: entries,
  cwd: root,
  platform: "node",
  tsconfig: false,
  transform: { target: "node20.19" },
});
// Not minified: a stack trace in the log names our functions, with no flag that a user would have to know.
const { output } = await bundle.write({
  dir: dist,
  format: "cjs",
  entryFileNames: "[name].js",
  chunkFileNames: "[name]-[hash].js",
  sourcemap: true,
  sourcemapExcludeSources: true,
});
await bundle.close();

const chunks = output.filter(({ type }) => type === "chunk");
for (const chunk of chunks) refuseLostFiles(chunk);
const packages = await bundledPackages(chunks.flatMap(({ moduleIds }) => moduleIds));
await writeFile(join(dist, "THIRD-PARTY-LICENSES"), licencesText(packages));
await writeFile(join(dist, "pgleash.cdx.json"), softwareBill(packages));
// The package is one of ES modules, and these are none: Node.js loads them with a tenth less work.
await writeFile(join(dist, "package.json"), '{ "type": "commonjs" }\n');
// `npx pgleash` in a clone links to it.
await chmod(join(dist, "main.js"), 0o755);

/** The bundler does not see that threads are found by their URL: one that was moved would be missed only when it is needed. */
function refuseLostFiles({ fileName, code }) {
  for (const [, path] of code.matchAll(/new URL\("(\.\/[^"]+)"/g)) {
    if (existsSync(join(dist, dirname(fileName), path))) continue;
    throw new Error(`dist/${fileName} looks for ${path}, which is not there`);
  }
}
