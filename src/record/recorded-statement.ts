import type { Attribution } from "../classify/attribution/remember.ts";
import { keptMarkers, MARKER_KEY } from "../classify/expect-marker.ts";
import { isListen, isPlainBegin } from "../classify/statement-kind.ts";
import type { Backend, StatementText } from "../observe/snapshot.ts";

const abortedState = "idle in transaction (aborted)";

/**
 * The last statement of a session, fit to be kept: without its literals, and with what it says in comments. What an
 * earlier one said is kept with that one: beside this one it would look like its own. It is judged as the whole one is.
 * What failed may not even be SQL, and then nobody can tell its literals: of that, no text is kept. How long it said that it
 * takes is kept, for another policy may believe it. The attribution must be the one that the statement was given.
 */
export function recordedStatement(
  backend: Pick<Backend, "statement" | "state" | "queryStart" | "xactStart">,
  attribution: Attribution,
): StatementText | null {
  const { statement, state } = backend;
  const { redactedStatement } = attribution;
  if (statement === null) return null;
  const keys = saysItself(backend, attribution) ? [...attribution.commentKeys] : [];
  const comment = commentOf([
    ...keys,
    ...keptMarkers(statement).map((marker) => [MARKER_KEY, marker] as const),
  ]);
  const bare = bareStatement(statement, comment);
  if (state === abortedState || redactedStatement === null) return bare;
  const isCut = redactedStatement.endsWith("…");
  const head = comment + (isCut ? redactedStatement.slice(0, -1) : redactedStatement);
  const recorded = { head, tail: null, isCut };
  // Where a control character stood beside a word, they are one word now, and the word may no longer be the same.
  return isSameKind(recorded, statement) ? recorded : bare;
}

/** Whether the keys are of this very statement. One whose start is hidden is read at each look. */
function saysItself(
  { queryStart, xactStart }: Pick<Backend, "queryStart" | "xactStart">,
  { keysReadIn }: Attribution,
): boolean {
  if (keysReadIn === null || keysReadIn.queryStart !== queryStart) return false;
  return queryStart !== null || keysReadIn.xactStart === xactStart;
}

/** Its kind alone. */
function bareStatement(statement: StatementText, comment: string): StatementText {
  if (isPlainBegin(statement)) return { head: `${comment}BEGIN`, tail: null, isCut: false };
  return { head: isListen(statement) ? `${comment}LISTEN` : comment, tail: null, isCut: true };
}

function isSameKind(a: StatementText, b: StatementText): boolean {
  return isPlainBegin(a) === isPlainBegin(b) && isListen(a) === isListen(b);
}

/** As sqlcommenter writes it. The keys that are read need no encoding. */
function commentOf(said: readonly (readonly [key: string, value: string])[]): string {
  if (said.length === 0) return "";
  return `/*${said.map(([key, value]) => `${key}='${encoded(value)}'`).join(",")}*/ `;
}

function encoded(value: string): string {
  // Half of a character has no encoding, and would throw.
  const whole = value.replace(/\p{Cs}/gu, "\ufffd");
  return encodeURIComponent(whole).replaceAll("'", "%27");
}
