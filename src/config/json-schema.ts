import * as z from "zod";

import { configSchema } from "./schema.ts";

/** The JSON Schema (draft-07) of the configuration file, as the text of `config/schema.json`: editors read it. */
export function configJsonSchema(): string {
  const schema = z.toJSONSchema(configSchema, { io: "input", target: "draft-07" });
  return `${JSON.stringify(schema, undefined, 2)}\n`;
}
