import * as z from "zod";

import type { ActedOn, Grounds } from "../decide/ledger.ts";
import type { GroundsFields } from "./audit-record.ts";

type Who = Pick<GroundsFields, "breadth" | "usename" | "application_name" | "client_addr">;

const nobody = { usename: null, application_name: null, client_addr: null };

/** The acts that opened a breaker, under the names of the audit. */
export function groundsFields({ actedOn, acts, sessionsBefore, sessionsAfter }: Grounds): GroundsFields {
  return {
    breadth: actedOn.breadth,
    ...namesOf(actedOn),
    acts,
    sessions_before: sessionsBefore,
    sessions_after: sessionsAfter,
  };
}

function namesOf(actedOn: ActedOn): Omit<Who, "breadth"> {
  if (actedOn.breadth === "everybody") return nobody;
  if (actedOn.breadth === "application") {
    const { usename, applicationName } = actedOn.application;
    return { ...nobody, usename, application_name: applicationName };
  }
  const { usename, applicationName, clientAddr } = actedOn.holder;
  return { usename, application_name: applicationName, client_addr: clientAddr };
}

const name = z.string().nullable();

/** Reads them again. */
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
}: Who): ActedOn {
  if (breadth === "everybody") return { breadth };
  if (breadth === "application") return { breadth, application: { usename, applicationName } };
  return { breadth, holder: { usename, applicationName, clientAddr } };
}
