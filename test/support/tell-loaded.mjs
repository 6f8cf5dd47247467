// Loaded before a program (`--import`): at its end, writes the files that it has loaded to the path in TELL_LOADED_TO.
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";

const { cache } = createRequire(import.meta.url);

process.on("exit", () => writeFileSync(process.env.TELL_LOADED_TO, JSON.stringify(Object.keys(cache))));
