import * as z from "zod";

import { CONNECTION_STRING, parseConnectionString } from "../postgres/naming/connection-string.ts";

const described = z.string({ error: CONNECTION_STRING }).meta({
  description:
    "Connection string as libpq reads it: a URL or key=value pairs. What it leaves open is taken from the service that it names, and from the PG* variables.",
  examples: [
    "postgres://pgleash@db1:5432/postgres?sslmode=verify-full&sslrootcert=system",
    "host=db1,db2 user=pgleash dbname=postgres target_session_attrs=primary",
  ],
});

/** A schema for a connection string; its value is what the string says. The issues say what came, without repeating it. */
export const urlField = described.transform((text, context) => {
  const read = parseConnectionString(text);
  if ("parts" in read) return read.parts;
  for (const { expected, got, hint } of read.complaints) {
    context.addIssue({ code: "custom", message: expected, input: text, params: { got, hint } });
  }
  return z.NEVER;
});

const placeKeywords = ["host", "hostaddr", "port"] as const;

/** The same for all that a connection has besides its place. */
export const templateUrlField = urlField
  .superRefine((parts, context) => {
    if (placeKeywords.every((keyword) => parts[keyword] === undefined)) return;
    const hint = "the targets say where the servers are: write postgres://user@/database";
    context.addIssue({
      code: "custom",
      message: "no host, hostaddr and port",
      params: { got: "one of them", hint },
    });
  })
  .meta({
    description:
      "Connection string of all targets, without host and port. What it says no target may change. What both leave open is taken from the PG* variables.",
    examples: ["postgres://pgleash@/postgres?sslmode=verify-full&sslrootcert=system"],
  });
