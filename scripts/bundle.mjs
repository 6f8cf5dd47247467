// Makes `dist/`, which is all that is shipped: the program, the packages it uses, and what their licences ask for.
import { chmod, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

import { bundledPackages, licencesText, softwareBill } from "./third-party.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const dist = join(root, "dist");

/** Each is found by its URL, under this name, when it is started. */
const threads = {
  "target-thread": "src/discover/target-thread.ts",
  "passwords/password-thread": "src/web/passwords/password-thread.ts",
};

/** Each is started or imported by its path. */
const entries = {
  ...threads,
  main: "src/main.ts",
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
refuseLostFiles(chunks);
const packages = await bundledPackages(chunks.flatMap(({ moduleIds }) => moduleIds));
await writeFile(join(dist, "THIRD-PARTY-LICENSES"), licencesText(packages));
await writeFile(join(dist, "pgleash.cdx.json"), softwareBill(packages));
// The package is one of ES modules, and these are none: Node.js loads them with a tenth less work.
await writeFile(join(dist, "package.json"), '{ "type": "commonjs" }\n');
// `npx pgleash` in a clone links to it.
await chmod(join(dist, "main.js"), 0o755);

/** The bundler does not see what is found by its URL: a thread that was moved would be missed only when it is needed. */
function refuseLostFiles(allChunks) {
  const manifest = join(root, "package.json");
  const lost = new Set(Object.keys(threads).map((name) => join(dist, `${name}.js`)));
  const known = new Set([...lost, manifest]);
  for (const { fileName, code } of allChunks)
    for (const path of pathsByUrl(code)) {
      const file = path === undefined ? undefined : join(dist, dirname(fileName), path);
      if (!known.has(file))
        throw new Error(`dist/${fileName} looks beside itself for ${path ?? "what cannot be told"}`);
      lost.delete(file);
    }
  if (lost.size > 0) throw new Error(`nobody starts ${[...lost].join(", ")}`);
}

/** The path in each `new URL("…", import.meta.url)`, as the bundler writes it; undefined where the URL is used in another way. */
function pathsByUrl(code) {
  const uses = code.split('require("url").pathToFileURL(__filename).href').slice(0, -1);
  const ofFiles = uses.filter((before) => !/\bcreateRequire\)?\($/.test(before)); // asks for packages by their names
  return ofFiles.map((before) => /\bnew URL\((["'`])([^"'`$]+)\1, $/.exec(before)?.[2]);
}
