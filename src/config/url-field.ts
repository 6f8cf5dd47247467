import * as z from "zod";

import { parseConnectionUrl } from "../postgres/connection-url.ts";

const EXPECTED = "a URL such as postgres://user@host:5432/database";

const described = z.string({ error: EXPECTED }).meta({
  description: "Connection URL as libpq reads it. What it leaves open is taken from the PG* variables.",
  examples: ["postgres://pgleash@db1:5432/postgres?sslmode=verify-full"],
});

/** A schema for a connection URL; its value is the URL's parts. The issues say what came, without repeating it. */
export const urlField = described.transform((text, context) => {
  const read = parseConnectionUrl(text);
  if ("parts" in read) return read.parts;
  for (const { expected, got, hint } of read.problems) {
    context.addIssue({ code: "custom", message: expected, input: text, params: { got, hint } });
  }
  return z.NEVER;
});
