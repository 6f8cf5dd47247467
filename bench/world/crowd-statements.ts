import type { Behaviour } from "./crowd-plan.ts";

/** About as long as the statements of an object mapper. */
export const STATEMENT_CHARACTERS = 360;

/** Of a transaction that is renewed, or a statement that is run again: well below the threshold of a suspect. */
export const RENEW_SECONDS = 2.5;

/** A table with one row, in the first database, for the blocked to wait for. */
export const lockedTable = "CREATE TABLE locked AS SELECT 1 AS id, 0 AS value; GRANT ALL ON locked TO PUBLIC";

/** What a session of each behaviour runs every time, so many characters long; one that is not renewed runs it once. */
export function statementsOf(characters: number): Readonly<Record<Behaviour, string>> {
  const long = (statement: string): string => padded(statement, characters);
  return {
    idle: long("SELECT 1"),
    held: `BEGIN; ${long("SELECT 1")}`,
    blocker: `BEGIN; ${long("UPDATE locked SET value = value + 1 WHERE id = 1")}`,
    blocked: long("UPDATE locked SET value = value + 1 WHERE id = 1"),
    in_transaction: `ROLLBACK; BEGIN; ${long("SELECT 1")}`,
    aborted: `ROLLBACK; BEGIN; ${long("SELECT 1 / 0")}`,
    active: long(`SELECT pg_sleep(${RENEW_SECONDS})`),
  };
}

/** Whether a session runs its statement again and again. */
export function isRenewed(behaviour: Behaviour): boolean {
  return behaviour === "in_transaction" || behaviour === "aborted" || behaviour === "active";
}

function padded(statement: string, characters: number): string {
  const columns = Array.from({ length: Math.ceil(characters / 9) }, (_, index) => `o.column_${index}`);
  return `${statement} /* ${columns.join(", ")} `.slice(0, characters - 3).concat(" */");
}
