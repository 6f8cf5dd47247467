import { shareAnswers } from "../../share-answers.ts";

/** The addresses of a host name, in the order of the system. Rejects with the system's code. */
export type LookUp = (host: string, givenUp?: AbortSignal) => Promise<readonly string[]>;

/** Look-ups that share the threads of the process, of which they get so many. */
export function shareLookUps(lookUp: (host: string) => Promise<readonly string[]>, slots: number): LookUp {
  const share = shareAnswers<readonly string[]>(slots);
  return (host, givenUp) => share(host, () => lookUp(host), givenUp);
}
