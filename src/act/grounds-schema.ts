import * as z from "zod";

import type { GroundsFields } from "../decide/grounds-fields.ts";
import type { ActedOn, Grounds } from "../decide/ledger.ts";

const name = z.string().nullable();

/** Reads `GroundsFields` again. */
export const groundsSchema = z
  .object({
    breadth: z.enum(["holder", "application", "everybody"]),
    usename: name,
    application_name: name,
    client_addr: name,
    acts: z.number(),
    sessions_before: z.number(),
    sessions_after: z.number(),
  })
  .transform(({ acts, sessions_before: sessionsBefore, sessions_after: sessionsAfter, ...who }): Grounds => ({
    actedOn: actedOnOf(who),
    acts,
    sessionsBefore,
    sessionsAfter,
  }));

function actedOnOf({
  breadth,
  usename,
  application_name: applicationName,
  client_addr: clientAddr,
}: Pick<GroundsFields, "breadth" | "usename" | "application_name" | "client_addr">): ActedOn {
  if (breadth === "everybody") return { breadth };
  if (breadth === "application") return { breadth, application: { usename, applicationName } };
  return { breadth, holder: { usename, applicationName, clientAddr } };
}
