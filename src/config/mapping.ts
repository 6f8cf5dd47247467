import * as z from "zod";

/** A schema for a mapping of these keys and no others. For an unknown key the message is the list of the known ones. */
export function mapping<Shape extends z.ZodRawShape>(shape: Shape): z.ZodObject<Shape, z.core.$strict> {
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === "unrecognized_keys" ? Object.keys(shape).join(", ") : "a mapping of keys to values",
  });
}
