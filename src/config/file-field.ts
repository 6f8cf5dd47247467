import * as z from "zod";

import { FILE_PATH, filePathPattern } from "./file-path.ts";

/** A schema for the absolute path of a file, which may be left out. */
export function fileField(description: string, example: string): z.ZodOptional<z.ZodString> {
  return z
    .string({ error: FILE_PATH })
    .regex(filePathPattern, { error: FILE_PATH })
    .meta({ description, examples: [example] })
    .optional();
}
