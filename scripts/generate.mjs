// Writes the files that are generated from the code. Run `npm run build` first.
import { writeFile } from "node:fs/promises";

import { configJsonSchema } from "../dist/config/json-schema.js";

await writeFile(new URL("../config/schema.json", import.meta.url), configJsonSchema());
