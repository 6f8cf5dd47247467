/** What a program in JavaScript gets to see of the end of its session, in lines. Whoever ends it answers with one. */
import { once } from "node:events";

export const scenario = process.argv[2];

/** For all sessions of this program. */
export const applicationName = `ended ${scenario}`;

/** One line: a pid, what the program was told unasked, or what a statement came to. */
export function tell(line) {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

/** Until somebody says so. */
export async function wait() {
  await once(process.stdin, "data");
}

/** How work ends: `works`, or the error that it throws. */
export async function endOf(work) {
  try {
    await work();
    return "works";
  } catch (error) {
    return nameOf(error);
  }
}

export function nameOf({ name, code, message }) {
  return code === undefined ? `${name}: ${message}` : `${name} ${code}`;
}

/** Plays the scenario that the command line asks for, and ends. */
export async function play(scenarios) {
  await scenarios[scenario]();
  process.exit(0);
}
