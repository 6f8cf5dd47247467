import { instantMicros } from "./instant.ts";
import type { Backend, StatementText } from "./snapshot.ts";

/** A statement that was read, and whose it was. */
type Text = {
  readonly backendStart: string;
  readonly queryStart: string;
  readonly queryStartMicros: number;
  readonly statement: StatementText | null;
};

/** The statements of the last look's candidates, by pid: as long as one of them goes on, it is not sent again. */
export type Texts = ReadonlyMap<number, Text>;

/**
 * The statements that the next look need not send. One whose start is hidden may be another one by then. What was there
 * `before` and is the same is kept as it is: in an incident these are hundreds. Pure.
 */
export function textsOf(candidates: readonly Backend[], before: Texts): Texts {
  const texts = new Map<number, Text>();
  for (const { id, queryStart, statement } of candidates) {
    if (queryStart === null) continue;
    const { pid, backendStart } = id;
    const known = before.get(pid);
    const isSame =
      known?.queryStart === queryStart &&
      known.backendStart === backendStart &&
      known.statement === statement;
    if (isSame) texts.set(pid, known);
    else texts.set(pid, { backendStart, queryStart, queryStartMicros: instantMicros(queryStart), statement });
  }
  return texts;
}

/** What the server compares: pids, and the starts of their statements in microseconds, as arrays. */
export function textParameters(texts: Texts): readonly [pids: string, queryStarts: string] {
  const starts: number[] = [];
  for (const { queryStartMicros } of texts.values()) starts.push(queryStartMicros);
  return [`{${[...texts.keys()].join(",")}}`, `{${starts.join(",")}}`];
}

/** The statement that the server did not send again; `null` where it was of another backend. */
export function keptText(texts: Texts, { pid, backendStart }: Backend["id"]): StatementText | null {
  const text = texts.get(pid);
  return text?.backendStart === backendStart ? text.statement : null;
}
