import type { ActedOn, Grounds } from "./ledger.ts";

/** The acts that opened a breaker, under the names of the audit and the API. A name that is of no use to the breadth is null. */
export type GroundsFields = {
  readonly breadth: ActedOn["breadth"];
  readonly usename: string | null;
  readonly application_name: string | null;
  readonly client_addr: string | null;
  readonly acts: number;
  readonly sessions_before: number;
  readonly sessions_after: number;
};

/** The same under those names. */
export function groundsFields({ actedOn, acts, sessionsBefore, sessionsAfter }: Grounds): GroundsFields {
  return {
    breadth: actedOn.breadth,
    ...namesOf(actedOn),
    acts,
    sessions_before: sessionsBefore,
    sessions_after: sessionsAfter,
  };
}

const nobody = { usename: null, application_name: null, client_addr: null };

function namesOf(actedOn: ActedOn): Pick<GroundsFields, "usename" | "application_name" | "client_addr"> {
  if (actedOn.breadth === "everybody") return nobody;
  if (actedOn.breadth === "application") {
    const { usename, applicationName } = actedOn.application;
    return { ...nobody, usename, application_name: applicationName };
  }
  const { usename, applicationName, clientAddr } = actedOn.holder;
  return { usename, application_name: applicationName, client_addr: clientAddr };
}
