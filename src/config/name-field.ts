import * as z from "zod";

/** A schema for a name that is shown as a label of metrics. */
export function nameField(description: string, example: string): z.ZodType<string, string> {
  return z
    .string({ error: "a name" })
    .regex(/^[^\p{C}\s](?:[^\p{C}]{0,98}[^\p{C}\s])?$/u, { error: "a name of 1 to 100 printable characters" })
    .meta({ description, examples: [example] });
}
