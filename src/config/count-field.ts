import * as z from "zod";

/** A schema for a whole number within bounds, both included. */
export function countField(from: number, to: number, description: string): z.ZodInt {
  const error = `a whole number from ${from} to ${to}`;
  return z.int({ error }).min(from, { error }).max(to, { error }).meta({ description });
}
